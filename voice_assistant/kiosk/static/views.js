// What each state of the page looks like; kiosk.js says which one it is and holds what it shows.
"use strict";

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
  return list(words.timer_minutes.map((minutes) => button(say("timer_minutes", { minutes }), null, () => touch("control.timer", { minutes }), { "aria-label": say("timer_minutes_long", { minutes }) })), "row big minutes");
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
    return make("p", {}, make("span", { class: "said", text: sentence.text }), ends && " ", ends && make("span", { class: "source", text: sourceOf(sentence.source) }));
  });
  return make("div", { class: "sentences", id: "sentences" }, ...lines);
}

function banner(answer) {
  const number = words.clinic.emergency_number;
  const words_of = answer.kind === "emergency" ? ["emergency", "emergency_text"] : ["urgent", "urgent_text"];
  return make("div", { class: "banner" }, icon("warn"), make("p", {}, make("strong", { text: say(words_of[0]) }), " ", make("span", { text: say(words_of[1]) })),
    number && make("span", { class: "number" }, icon("phone"), make("span", { text: say("emergency_number", { number }) })));
}

function steps(walk) {
  const items = walk.steps.map((step, index) => {
    const status = index < walk.index ? "done" : null;
    return make("li", { class: status, "aria-current": index === walk.index ? "step" : null, title: step.label },
      status && icon("yes"), make("b", { text: step.label[0], "aria-hidden": true }), make("span", { class: "word", text: step.label }), status && make("span", { class: "hidden", text: ", " + say("done") }));
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
    return [list([
      button(say("yes"), "yes", () => touch("control.yes"), { class: "main" }),
      button(say("no"), "no", () => touch("control.no"), { class: "main" }),
      button(say("unsure"), "unsure", () => touch("control.next"), { class: "main" }),
    ], "thirds"), list([
      button(say("back"), "back", () => touch("control.previous")),
      button(say("leave_check"), "stop", () => { touch("control.stop"); open("topics"); }),
    ], "row")];
  }
  if (walking(answer) && !["yes_no", "choice"].includes(answer.expects)) {
    return list([
      button(say("back"), "back", () => touch("control.previous")),
      button(say("next"), "next", () => touch("control.next"), { class: "main" }),
      answer.node === "police.ice" && button(say("timer"), "timer", () => open("timer")),
    ].filter(Boolean), "row big");
  }
  if (answer.node === "control.timer" && state.timer) {
    return list([
      button(say("timer_cancel"), "stop", () => touch("control.timer", { action: "cancel" }), { class: "main" }),
      button(say("timer"), "timer", () => open("timer")),
    ], "row big");
  }
  if (answer.kind === "check" && !state.check) return list([button(say("resume_check"), "next", () => touch("check.start"), { class: "main" })], "row big");
  const offers = answer.choices.map((choice) => nodeButton(choice.node, choice.label));
  if (answer.expects === "yes_no") offers.push(button(say("yes"), "yes", () => touch("control.yes"), { class: "main" }));
  if (answer.expects === "yes_no" || answer.expects === "choice") offers.push(button(say(answer.choices.length ? "neither" : "no"), "no", () => touch("control.no")));
  if (answer.expects === "duration") return minutesRow();
  if (answer.more) offers.push(button(say("more"), "more", () => touch("control.more"), { class: "main" }));
  return offers.length ? list(offers, answer.choices.length ? "row big choices" : "row big") : null;
}

const isAlarming = (answer) => answer.kind === "urgent" || answer.kind === "emergency";

function answerView() {
  const answer = state.answer;
  const alarming = isAlarming(answer);
  const body = [
    make("h2", { text: answer.choices.length ? say("which_one") : answer.title, tabindex: "-1" }),
    ...(walking(answer) ? steps(state.walk) : []),
    ...(state.check && answer.kind === "check" ? checkProgress(state.check) : []),
    sentences(answer),
  ];
  const asking = state.check && answer.expects === "yes_no";
  const talking = answer.node.startsWith("control.") || answer.kind === "refusal";
  return [
    ...(alarming ? [make("section", { class: "alarm" }, banner(answer), ...body)] : body),
    ...[replies(answer)].flat(),
    ...(asking ? [] : also("more_on", answer.facets.map((one) => button(one.label, null, () => touch(one.node, { facet: one.facet }))))),
    ...(asking || walking(answer) ? [] : also("related", answer.related.map((one) => nodeButton(one.node, one.label)))),
    talking && !answer.expects && list(words.home.map((node) => nodeButton(node)), "grid home"),
  ];
}

function also(name, buttons) {
  return buttons.length ? [make("h3", { text: say(name) }), list(buttons, "row")] : [];
}
