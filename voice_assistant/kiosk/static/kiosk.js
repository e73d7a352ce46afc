// Shows what the server says is on the screen and sends touches. Keeps nothing: after a visit the page is loaded anew.
"use strict";

history.scrollRestoration = "manual"; // the next visitor begins at the top

const state = {};
let words = null;
let socket = null;
let panel = null; // what the visitor opened over the answer: "topics" or "timer"
let emptyLater = 0;
let retryMs = 250;
const KEEP_UNCONNECTED_MS = 20000; // an answer stays so long for its reader when the server is lost
let read = ""; // what there is to read in the view; while that stays, so do focus and place
let drawn = ""; // what the view shows, so that it is built again only when it differs
let timerSetAt = 0;
let timerTick = null;
let warnedAt = 0;
let warnTick = null;

// --- sending ---------------------------------------------------------------------------------------

function send(message) {
  if (socket && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}
const touch = (node, more) => { panel = null; send({ type: "touch", node, ...more }); };

// --- drawing everything --------------------------------------------------------------------------------

const VIEWS = { home: homeView, topics: topicsView, timer: timerView, answer: answerView };

function open(name) {
  send({ type: "stay" }); // it is a touch, though the server has nothing else to do
  panel = name;
  render();
  focusHeading();
}

function focusHeading() {
  const heading = byId("view").querySelector("h2");
  if (heading) heading.focus({ preventScroll: true });
  toTop();
}

function toTop() {
  byId("stage").scrollTop = 0;
  // With large text the page scrolls as a whole: the view begins with its heading, or the banner of an alarm.
  const page = document.documentElement;
  if (page.scrollHeight > page.clientHeight) byId("view").firstElementChild.scrollIntoView({ block: "start" });
}

// What each view depends on: nothing else may build it again under somebody's eyes or focus.
const SHOWN = {
  home: () => null,
  topics: () => Boolean(state.answer),
  timer: () => [state.timer && [state.timer.held, state.timer.ringing], Boolean(state.answer)],
  answer: () => [{ ...state.answer, turn: 0 }, state.check, state.walk, Boolean(state.timer)],
};
const own = (answer) => [answer.node, answer.facet, answer.kind, answer.sentences.slice(0, answer.own)];

function replaceWhatDiffers(view, fresh) {
  const old = [...view.children];
  const same = (one, other) => Boolean(one && other && one.isEqualNode(other));
  let next = null;
  while (same(old[0], fresh[0])) { old.shift(); fresh.shift(); }
  while (same(old.at(-1), fresh.at(-1))) { next = old.pop(); fresh.pop(); }
  for (const one of old) one.remove();
  for (const one of fresh) view.insertBefore(one, next);
}

function render() {
  if (!words || !state.visit) return;
  const name = panel || (state.answer ? "answer" : "home");
  const shown = JSON.stringify([name, SHOWN[name]()]);
  if (shown !== drawn) {
    drawn = shown;
    const view = byId("view");
    const hadFocus = view.contains(document.activeElement);
    const fresh = VIEWS[name]().flat().filter(Boolean);
    const reading = JSON.stringify([name, name === "answer" && own(state.answer)]);
    const isNew = reading !== read;
    read = reading;
    if (isNew) view.replaceChildren(...fresh); else replaceWhatDiffers(view, fresh);
    document.body.dataset.view = name;
    document.body.dataset.alarm = String(name === "answer" && isAlarming(state.answer));
    document.body.dataset.drawing = String(name === "answer" && state.answer.marked.length > 0);
    if (hadFocus && (isNew || !view.contains(document.activeElement))) focusHeading(); else if (isNew) toTop();
    renderDrawing(name === "answer" ? state.answer.marked : []);
  }
  renderMark();
  renderStatus();
  renderCaption();
  tellScreenReaders();
  renderNotices();
  renderTimer();
  renderWarning();
}

function renderMark() {
  const lines = document.querySelectorAll("#sentences > p");
  lines.forEach((line, index) => {
    const now = index === state.mark;
    if (now && !line.classList.contains("now")) line.scrollIntoView({ block: "nearest" });
    line.classList.toggle("now", now);
  });
}

function renderDrawing(marked) {
  const parts = marked.map((part) => words.parts[part]);
  for (const element of document.querySelectorAll("[data-part]")) element.classList.toggle("on", marked.includes(element.dataset.part));
  byId("knee").classList.toggle("inner", marked.some((part) => ["joint", "meniscus", "ligaments", "veins"].includes(part)));
  byId("knee-title").textContent = say("drawing");
  const told = parts.length ? say("drawing_marked", { parts: parts.join(", ") }) : say("drawing_none");
  byId("knee-desc").textContent = told;
  const caption = byId("drawing-caption");
  caption.classList.toggle("marked", parts.length > 0);
  caption.replaceChildren(...(parts.length ? [make("span", { class: "key", "aria-hidden": true }), parts.join(", ")] : [say("drawing_caption")]));
}

function renderStatus() {
  const quiet = state.voice.quiet;
  const listening = state.listening;
  const phrase = words.clinic.wake_phrase;
  const text = listening === "idle" && phrase && !state.visit.active ? say("state_wake", { phrase }) : say("state_" + listening);
  setText(byId("status-text"), text);
  byId("status").dataset.state = listening;
  byId("status-icon").setAttribute("href", { listening: "#i-ear", speaking: "#i-louder" }[listening] || "#i-mic");
  byId("meter").style.setProperty("--level", state.level / 12);
  byId("meter").setAttribute("aria-valuenow", state.level);
  byId("sound").disabled = state.voice.quiet_hours;
  setText(byId("sound-text"), say(quiet ? "sound_on" : "sound_off"));
  byId("sound-icon").setAttribute("href", quiet ? "#i-louder" : "#i-mute");
  setText(byId("pause-text"), say(state.voice.paused ? "resume" : "pause"));
  byId("pause-icon").setAttribute("href", state.voice.paused ? "#i-resume" : "#i-pause");
  byId("finish").hidden = !state.visit.active;
  const talk = byId("talk");
  if (talk) setText(talk.lastChild, say(listening === "listening" ? "talk_listening" : "talk"));
  renderVoice();
}

function renderCaption() {
  const caption = state.caption;
  byId("caption").hidden = !caption;
  setText(byId("caption-label"), caption ? say(caption.final ? "you_said" : "heard_so_far") + ":" : "");
  setText(byId("caption-text"), caption ? lastWords(caption.text) : "");
  byId("caption").dataset.final = String(Boolean(caption && caption.final));
}

function lastWords(text) {
  // Of a long story the newest part: the answer below it must stay in sight.
  const most = 140;
  return text.length <= most ? text : "… " + text.slice(text.indexOf(" ", text.length - most) + 1);
}

function alarmText(kind) {
  const number = words.clinic.emergency_number;
  const texts = [say(kind) + ": " + say(kind + "_text"), number && say("emergency_number", { number })];
  return texts.filter(Boolean).join(". ") + ".";
}

function renderNotices() {
  const lines = state.trouble.map((text) => ["warn", text]);
  const inSight = document.body.dataset.view === "answer" && state.answer.kind === "emergency";
  if (state.emergency && !inSight) lines.unshift(["warn", alarmText("emergency"), "alarm-line"]);
  if (!socket || socket.readyState !== WebSocket.OPEN) lines.unshift(["warn", say("offline")]);
  if (state.voice.quiet_hours) lines.push(["mute", say("quiet_hours")]);
  else if (state.voice.quiet) lines.push(["mute", say("sound_is_off")]);
  if (state.timer && state.timer.ringing) lines.push(["timer", say("timer_over")]);
  const notices = byId("notices");
  const present = [...notices.children].map((line) => line.textContent);
  if (JSON.stringify(present) !== JSON.stringify(lines.map(([, text]) => text))) notices.replaceChildren(...lines.map(([name, text, look]) => make("p", { class: look || null }, icon(name), make("span", { text }))));
}

function secondsLeft() {
  const passed = state.timer.held ? 0 : (performance.now() - timerSetAt) / 1000;
  return Math.max(0, Math.ceil(state.timer.left_s - passed));
}

function clockText() {
  const left = secondsLeft();
  const minutes = Math.floor(left / 60) % 60;
  const hours = Math.floor(left / 3600);
  return (hours ? hours + ":" + String(minutes).padStart(2, "0") : minutes) + ":" + String(left % 60).padStart(2, "0");
}

function renderTimer() {
  const chip = byId("timer-chip");
  chip.hidden = !state.timer;
  clearInterval(timerTick);
  if (!state.timer) return;
  const tick = () => {
    const text = clockText();
    setText(byId("timer-chip-text"), state.timer.ringing ? say("timer_over") : say(state.timer.held ? "timer_held" : "timer_left", { time: text }));
    if (byId("clock")) setText(byId("clock"), text);
  };
  chip.classList.toggle("ringing", state.timer.ringing);
  tick();
  if (!state.timer.held && !state.timer.ringing) timerTick = setInterval(tick, 1000);
}

function renderWarning() {
  const dialog = byId("warning");
  const left = state.visit.warning_s;
  clearInterval(warnTick);
  if (left === null) {
    if (dialog.open) dialog.close();
    return;
  }
  const tick = () => setText(byId("warning-text"), say("warning_text", { seconds: Math.max(0, Math.round(left - (performance.now() - warnedAt) / 1000)) }));
  byId("warning-timer").hidden = !state.timer;
  const alarm = state.emergency ? "emergency" : state.answer && isAlarming(state.answer) && state.answer.kind;
  byId("warning-alarm").hidden = !alarm;
  setText(byId("warning-alarm"), alarm ? alarmText(alarm) : ""); // the dialog covers the advice itself
  tick();
  warnTick = setInterval(tick, 1000);
  if (!dialog.open) {
    dialog.showModal();
    byId("stay").focus();
  }
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// --- receiving -----------------------------------------------------------------------------------------

function receive(changed) {
  if (changed.visit && state.visit && changed.visit.number !== state.visit.number) {
    forget();
    return;
  }
  if (changed.timer) timerSetAt = performance.now();
  if (changed.visit) warnedAt = performance.now();
  if (changed.answer && (isAlarming(changed.answer) || isNew(changed.answer))) panel = null;
  Object.assign(state, changed);
  render();
}

function isNew(answer) {
  return !state.answer || JSON.stringify(own(answer)) !== JSON.stringify(own(state.answer));
}

function forget() {
  // The visit is over: empty the page at once, then load it anew, so that nothing is left in its memory.
  empty();
  if (socket) socket.onclose = null;
  location.reload();
}

function empty() {
  panel = null;
  if (!state.visit) return;
  Object.assign(state, { caption: null, answer: null, aside: null, emergency: false, turn: 0, check: null, walk: null, timer: null, mark: -1 });
  state.visit = { ...state.visit, active: false, warning_s: null };
  render();
}

function connect() {
  socket = new WebSocket("ws://" + location.host + "/live");
  socket.onopen = () => {
    clearTimeout(emptyLater);
    emptyLater = 0;
    retryMs = 250;
    // The server that answers after a loss is another one, perhaps a newer one, and knows nothing of this visit.
    if (state.visit) forget();
  };
  socket.onmessage = (event) => receive(JSON.parse(event.data));
  socket.onclose = () => {
    if (!emptyLater) emptyLater = setTimeout(empty, KEEP_UNCONNECTED_MS);
    if (state.visit) {
      state.visit = { ...state.visit, warning_s: null }; // a dialog that nobody answers would lock the page
      render();
    }
    setTimeout(connect, retryMs);
    retryMs = Math.min(retryMs * 2, 4000);
  };
}

// --- the beginning ---------------------------------------------------------------------------------------

function nameEverything() {
  document.title = say("title");
  setText(byId("brand"), words.clinic.name || say("title"));
  for (const element of document.querySelectorAll("[data-words]")) element.textContent = say(element.dataset.words);
  byId("controls").setAttribute("aria-label", say("controls"));
  byId("meter").setAttribute("aria-label", say("meter"));
  if (words.clinic.whom_to_ask) byId("whom").textContent = say("whom", { whom: words.clinic.whom_to_ask });
  tellTextSize();
  renderDrawing([]);
}

async function begin() {
  try {
    words = await (await fetch("/words.json")).json();
  } catch {
    setTimeout(begin, 1000);
    return;
  }
  nameEverything();
  listen();
  connect();
}

begin();
