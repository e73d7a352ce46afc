// What fingers, keys and switches do.
"use strict";

const TEXT_SIZES = ["100", "150", "200"];
let touchedAt = -Infinity;

function commandOf(node) {
  // While a question waits, stopping is pausing, which keeps the question open and its buttons on the screen.
  const asking = state.check || (state.answer && ["yes_no", "choice", "duration"].includes(state.answer.expects));
  const ringing = state.timer && state.timer.ringing;
  return node === "control.stop" && asking && !ringing ? { type: "touch", node, action: "pause" } : { type: "touch", node };
}

// --- size of the text ----------------------------------------------------------------------------------

function tellTextSize() {
  setText(byId("text-size-text"), say("text_size", { percent: document.documentElement.dataset.text }));
}

function setTextSize(change) {
  const root = document.documentElement;
  root.dataset.text = change(TEXT_SIZES.indexOf(root.dataset.text));
  tellTextSize();
  send({ type: "stay" });
}

const larger = (index) => TEXT_SIZES[Math.min(index + 1, TEXT_SIZES.length - 1)];
const smaller = (index) => TEXT_SIZES[Math.max(index - 1, 0)];
const ZOOM = { "+": larger, "=": larger, "-": smaller, _: smaller, 0: () => TEXT_SIZES[0] };

// --- what would reach the next visitor, or answer what nobody has read ---------------------------------------

function keepForThisVisit(event) {
  // The browser's own zoom, and the words that it was told to find, would still be there for the next visitor.
  const withControl = (event.ctrlKey || event.metaKey) && !event.altKey;
  const finds = event.key === "F3" || (withControl && ["f", "g"].includes(event.key.toLowerCase()));
  const zoom = withControl && Object.hasOwn(ZOOM, event.key) && ZOOM[event.key];
  if (finds || zoom) event.preventDefault();
  if (zoom) setTextSize(zoom);
}

function onlyOnce(event) {
  // Who touches twice, out of habit or with a tremor, would answer the next question with the second touch.
  if (!event.target.closest("button, a")) return;
  const since = event.timeStamp - touchedAt;
  touchedAt = event.timeStamp;
  const isMeantAgain = event.target.closest("#controls, #text-size, #stay, #finish"); // louder and louder; whoever leaves may hurry
  if (since >= Number(document.documentElement.dataset.againMs) || isMeantAgain) return;
  event.stopImmediatePropagation();
  event.preventDefault();
}

// --- everything that listens ---------------------------------------------------------------------------------

function listen() {
  document.addEventListener("click", onlyOnce, true);
  for (const element of document.querySelectorAll("#controls [data-node]")) element.addEventListener("click", () => send(commandOf(element.dataset.node)));
  byId("pause").addEventListener("click", () => send(state.voice.paused ? { type: "touch", node: "control.more", action: "resume" } : { type: "touch", node: "control.stop", action: "pause" }));
  byId("sound").addEventListener("click", () => send({ type: state.voice.quiet ? "sound" : "quiet" }));
  byId("home").addEventListener("click", () => open(panel === "topics" ? null : "topics"));
  byId("timer-chip").addEventListener("click", () => open("timer"));
  byId("finish").addEventListener("click", () => send({ type: "finish" }));
  byId("stay").addEventListener("click", () => send({ type: "stay" }));
  byId("warning-finish").addEventListener("click", () => send({ type: "finish" }));
  byId("warning").addEventListener("cancel", (event) => { event.preventDefault(); send({ type: "stay" }); });
  byId("text-size").addEventListener("click", () => setTextSize((index) => TEXT_SIZES[(index + 1) % TEXT_SIZES.length]));
  // Without the address of a part, with which the page of the next visitor would begin there.
  byId("skip").addEventListener("click", (event) => { event.preventDefault(); byId("stage").focus(); });
  // A finger that stays on a key, as with a tremor, has pressed it once.
  document.addEventListener("keydown", (event) => { if (event.repeat && ["Enter", "Escape"].includes(event.key)) event.preventDefault(); }, true);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !event.repeat && !byId("warning").open) send(commandOf("control.stop")); });
  document.addEventListener("keydown", keepForThisVisit);
  document.addEventListener("wheel", (event) => { if (event.ctrlKey) event.preventDefault(); }, { passive: false });
  document.addEventListener("contextmenu", (event) => event.preventDefault());
}
