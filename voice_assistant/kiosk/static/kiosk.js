// Shows what the server says is on the screen and sends touches. Keeps nothing: after a visit the page is loaded anew.
"use strict";

const state = {};
let words = null;
let socket = null;
let panel = null; // what the visitor opened over the answer: "topics" or "timer"
let emptyLater = 0;
let retryMs = 250;
const KEEP_UNCONNECTED_MS = 20000; // an answer stays so long for its reader when the server is lost
let told = ""; // what screen readers were told last
let drawn = ""; // what the view shows, so that it is built again only when it differs
let timerSetAt = 0;
let timerTick = null;
let warnedAt = 0;
let warnTick = null;

const byId = (id) => document.getElementById(id);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const say = (name, values) => fill(words.page[name], values || {});

function make(tag, options, ...children) {
  const { on, text, ...attributes } = options || {};
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  if (text !== undefined) element.textContent = text;
  if (on) element.addEventListener("click", on);
  element.append(...children.filter(Boolean));
  return element;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", "#i-" + name);
  svg.append(use);
  return svg;
}

function button(label, iconName, on, attributes) {
  return make("button", { type: "button", on, ...attributes }, iconName && icon(iconName), make("span", { text: label }));
}

// --- sending ---------------------------------------------------------------------------------------

function send(message) {
  if (socket && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}
const touch = (node, more) => { panel = null; send({ type: "touch", node, ...more }); };

// --- the parts of the view ---------------------------------------------------------------------------

function nodeButton(node, label) {
  const urgent = node === "care.urgent";
  return button(label || words.labels[node], urgent ? "warn" : null, () => touch(node), { "data-node": node, class: urgent ? "urgent" : null });
}

function list(nodes, className) {
  return make("ul", { class: className, role: "list" }, ...nodes.map((item) => make("li", {}, item)));
}

function homeView() {
  const clinic = words.clinic;
  const phrase = clinic.wake_phrase;
  return [
    clinic.greeting && make("p", { class: "hello", text: clinic.greeting }),
    make("h2", { class: "title", text: say("heading"), tabindex: "-1" }),
    make("p", { class: "lead home", text: say("lead") }),
    make("div", { class: "begin" }, talkButton(), make("p", { text: phrase ? say("say_wake", { phrase }) : say("say_any") })),
    make("h3", { class: "hidden", text: say("topics") }),
    list(words.home.map((node) => nodeButton(node)), "grid home"),
    make("p", { class: "examples-label hidden", text: say("examples_label") }),
    make("ul", { class: "examples", role: "list" }, ...words.page.examples.map((text) => make("li", { text }))),
  ];
}

function talkButton() {
  return button(say("talk"), "mic", () => send({ type: state.visit.active ? "talk" : "begin" }), { class: "main talk", id: "talk" });
}

function topicsView() {
  const groups = words.groups.map((group) => [make("h3", { text: group.label }), list(group.nodes.map((node) => nodeButton(node)), "grid")]);
  const timer = button(say("timer"), "timer", () => open("timer"), { id: "topics-timer" });
  return [make("h2", { text: say("all_topics"), tabindex: "-1" }), make("div", { class: "row" }, talkButton(), timer, closeButton()), ...groups.flat()];
}

function closeButton() {
  return state.answer ? button(say("close"), "no", () => open(null), { id: "close" }) : null;
}

function minutesRow() {
  return list(words.timer_minutes.map((minutes) => button(say("timer_minutes", { minutes }), null, () => touch("control.timer", { minutes }), { "aria-label": say("timer_minutes_long", { minutes }) })), "row big");
}

function timerView() {
  const timer = state.timer;
  const running = timer && [
    make("p", { class: "clock", id: "clock", role: "timer", text: clockText() }),
    timer.ringing && make("p", { class: "lead", text: say("timer_over") }),
    list([
      button(say("timer_cancel"), "stop", () => touch("control.timer", { action: "cancel" }), { class: "main" }),
      !timer.ringing && button(timer.held ? say("timer_resume") : say("timer_pause"), timer.held ? "resume" : "pause", () => touch("control.timer", { action: timer.held ? "resume" : "pause" })),
    ].filter(Boolean), "row big"),
  ];
  return [make("h2", { text: say("timer_title"), tabindex: "-1" }), ...(running || []), make("p", { text: say("timer_note") }), minutesRow(), closeButton() && make("div", { class: "row" }, closeButton())];
}

function sourceOf(source) {
  if (source === "safety") return say("from_safety");
  return source === "assistant" ? say("from_assistant") : say("from_guide") + ": " + source;
}

function sentences(answer) {
  const all = answer.sentences;
  const lines = all.map((sentence, index) => {
    const ends = index + 1 === all.length || all[index + 1].source !== sentence.source;
    return make("p", {}, sentence.text, ends && " ", ends && make("span", { class: "source", text: sourceOf(sentence.source) }));
  });
  return make("div", { class: "sentences", id: "sentences" }, ...lines);
}

function banner(answer) {
  const number = words.clinic.emergency_number;
  const words_of = answer.kind === "emergency" ? ["emergency", "emergency_text"] : ["urgent", "urgent_text"];
  return make("div", { class: "banner" }, icon("warn"), make("strong", { text: say(words_of[0]) }), make("span", { text: say(words_of[1]) }),
    number && make("span", { class: "number" }, icon("phone"), make("span", { text: say("emergency_number", { number }) })));
}

function steps(walk) {
  const items = walk.steps.map((step, index) => {
    const status = index < walk.index ? "done" : null;
    return make("li", { class: status, "aria-current": index === walk.index ? "step" : null, title: step.label },
      status && icon("yes"), make("b", { text: step.label[0], "aria-hidden": true }), make("span", { class: "hidden", text: step.label + (status ? ", " + say("done") : "") }));
  });
  const where = { number: walk.index + 1, of: walk.steps.length, name: walk.steps[walk.index].label };
  return [make("ol", { class: "progress", role: "list" }, ...items), make("p", { class: "lead", text: say("step_of", where) })];
}

const walking = (answer) => Boolean(state.walk) && state.walk.steps.some((step) => step.node === answer.node);

function checkProgress(check) {
  const bar = make("div", { class: "bar", "aria-hidden": true });
  bar.style.setProperty("--share", check.number / check.of);
  return [make("p", { class: "lead", text: say("question_of", check) }), bar];
}

function replies(answer) {
  if (state.check && answer.expects === "yes_no") {
    return list([
      button(say("yes"), "yes", () => touch("control.yes"), { class: "main" }),
      button(say("no"), "no", () => touch("control.no"), { class: "main" }),
      button(say("unsure"), "unsure", () => touch("control.next")),
      button(say("back"), "back", () => touch("control.previous")),
      button(say("leave_check"), "stop", () => { touch("control.stop"); open("topics"); }),
    ], "row big");
  }
  if (walking(answer) && !["yes_no", "choice"].includes(answer.expects)) {
    return list([
      button(say("back"), "back", () => touch("control.previous")),
      button(say("next"), "next", () => touch("control.next"), { class: "main" }),
      answer.node === "police.ice" && button(say("timer"), "timer", () => open("timer")),
    ].filter(Boolean), "row big");
  }
  const offers = answer.choices.map((choice) => nodeButton(choice.node, choice.label));
  if (answer.expects === "yes_no") offers.push(button(say("yes"), "yes", () => touch("control.yes"), { class: "main" }));
  if (answer.expects === "yes_no" || answer.expects === "choice") offers.push(button(say("no"), "no", () => touch("control.no")));
  if (answer.expects === "duration") return minutesRow();
  if (answer.more) offers.push(button(say("more"), "more", () => touch("control.more"), { class: "main" }));
  return offers.length ? list(offers, answer.choices.length ? "row big choices" : "row big") : null;
}

const isAlarming = (answer) => answer.kind === "urgent" || answer.kind === "emergency";

function answerView() {
  const answer = state.answer;
  const alarming = isAlarming(answer);
  const body = [
    make("h2", { text: answer.title, tabindex: "-1" }),
    ...(walking(answer) ? steps(state.walk) : []),
    ...(state.check && answer.kind === "check" ? checkProgress(state.check) : []),
    sentences(answer),
  ];
  const asking = state.check && answer.expects === "yes_no";
  const talking = answer.node.startsWith("control.") || answer.kind === "refusal";
  return [
    ...(alarming ? [make("section", { class: "alarm" }, banner(answer), ...body)] : body),
    replies(answer),
    ...(asking ? [] : also("more_on", answer.facets.map((one) => button(one.label, null, () => touch(one.node, { facet: one.facet }))))),
    ...(asking || walking(answer) ? [] : also("related", answer.related.map((one) => nodeButton(one.node, one.label)))),
    talking && !answer.expects && list(words.home.map((node) => nodeButton(node)), "grid home"),
  ];
}

function also(name, buttons) {
  return buttons.length ? [make("h3", { text: say(name) }), list(buttons, "row")] : [];
}

// --- drawing everything --------------------------------------------------------------------------------

const VIEWS = { home: homeView, topics: topicsView, timer: timerView, answer: answerView };

function open(name) {
  panel = name;
  render();
  focusHeading();
}

function focusHeading() {
  const heading = byId("view").querySelector("h2");
  if (heading) heading.focus({ preventScroll: true });
  byId("stage").scrollTop = 0;
}

function render() {
  if (!words || !state.visit) return;
  const name = panel || (state.answer ? "answer" : "home");
  const shown = JSON.stringify([name, state.answer, state.check, state.walk, panel === "timer" && state.timer && [state.timer.held, state.timer.ringing]]);
  if (shown !== drawn) {
    drawn = shown;
    const view = byId("view");
    const hadFocus = view.contains(document.activeElement);
    view.replaceChildren(...VIEWS[name]().flat().filter(Boolean));
    document.body.dataset.view = name;
    if (hadFocus) focusHeading(); else byId("stage").scrollTop = 0;
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
}

function renderCaption() {
  const caption = state.caption;
  byId("caption").hidden = !caption;
  setText(byId("caption-label"), caption ? say(caption.final ? "you_said" : "heard_so_far") + ":" : "");
  setText(byId("caption-text"), caption ? caption.text : "");
  byId("caption").dataset.final = String(Boolean(caption && caption.final));
}

function tellScreenReaders() {
  // Both regions are in the page from the beginning, for what comes with its own live region is often not read.
  const { answer, caption } = state;
  const telling = JSON.stringify([answer && [answer.title, answer.sentences], caption && caption.final && caption.text]);
  if (telling === told) return;
  told = telling;
  const heard = caption && caption.final ? say("you_said") + ": " + caption.text + ". " : "";
  const said = answer ? answer.title + ". " + answer.sentences.map((sentence) => sentence.text).join(" ") : "";
  const alarming = answer && isAlarming(answer);
  setText(byId("alert"), alarming ? say(answer.kind) + ": " + said : "");
  setText(byId("announce"), alarming ? heard : heard + said);
}

function renderNotices() {
  const told = [...state.trouble];
  if (!socket || socket.readyState !== WebSocket.OPEN) told.unshift(say("offline"));
  if (state.voice.quiet_hours) told.push(say("quiet_hours"));
  else if (state.voice.quiet) told.push(say("sound_is_off"));
  if (state.timer && state.timer.ringing) told.push(say("timer_over"));
  const notices = byId("notices");
  const present = [...notices.children].map((line) => line.textContent);
  if (JSON.stringify(present) !== JSON.stringify(told)) notices.replaceChildren(...told.map((text) => make("p", {}, icon("warn"), make("span", { text }))));
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
  if (changed.answer && state.answer && changed.answer.sentences !== state.answer.sentences) panel = null;
  else if (changed.answer) panel = null;
  Object.assign(state, changed);
  render();
}

function forget() {
  // The visit is over: empty the page at once, then load it anew, so that nothing is left in its memory.
  empty();
  if (socket) socket.onclose = null;
  location.reload();
}

function empty() {
  Object.assign(state, { caption: null, answer: null, check: null, walk: null, timer: null, mark: -1 });
  panel = null;
  render();
}

function connect() {
  socket = new WebSocket("ws://" + location.host + "/live");
  socket.onopen = () => {
    // The server that answers after a loss is another one, perhaps a newer one, and knows nothing of this visit.
    if (state.visit) forget();
  };
  socket.onmessage = (event) => receive(JSON.parse(event.data));
  socket.onclose = () => {
    if (!emptyLater) emptyLater = setTimeout(empty, KEEP_UNCONNECTED_MS);
    if (state.visit) render();
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

function tellTextSize() {
  setText(byId("text-size-text"), say("text_size", { percent: document.documentElement.dataset.text }));
}

function listen() {
  for (const element of document.querySelectorAll("#controls [data-node]")) element.addEventListener("click", () => send({ type: "touch", node: element.dataset.node }));
  byId("pause").addEventListener("click", () => send(state.voice.paused ? { type: "touch", node: "control.more", action: "resume" } : { type: "touch", node: "control.stop", action: "pause" }));
  byId("sound").addEventListener("click", () => send({ type: state.voice.quiet ? "sound" : "quiet" }));
  byId("home").addEventListener("click", () => open(panel === "topics" ? null : "topics"));
  byId("timer-chip").addEventListener("click", () => open("timer"));
  byId("finish").addEventListener("click", () => send({ type: "finish" }));
  byId("stay").addEventListener("click", () => send({ type: "stay" }));
  byId("warning-finish").addEventListener("click", () => send({ type: "finish" }));
  byId("warning").addEventListener("cancel", (event) => { event.preventDefault(); send({ type: "stay" }); });
  byId("text-size").addEventListener("click", () => {
    const sizes = ["100", "150", "200"];
    const root = document.documentElement;
    root.dataset.text = sizes[(sizes.indexOf(root.dataset.text) + 1) % sizes.length];
    tellTextSize();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !byId("warning").open) send({ type: "touch", node: "control.stop" }); });
  document.addEventListener("contextmenu", (event) => event.preventDefault());
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
