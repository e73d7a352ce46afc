// What is told beside the view: to screen readers what was heard and answered, to everybody what was acknowledged.
"use strict";

const TOAST_MS = 8000; // the voice stands in the footer, too, for as long as one likes
const AGAIN_MS = 100; // so long a live region is empty before the same words, so that they are read again
let toastLater = 0;
let told = 0; // the turn that screen readers were told last
let beside = 0; // the turn whose acknowledgement was shown last
const announceLater = new Map();

function renderVoice() {
  const text = say("voice_is", state.voice);
  const before = byId("voice-is").textContent;
  setText(byId("voice-is"), text);
  const changed = before && before !== text && state.visit.active;
  const aside = state.aside && state.aside.turn !== beside && state.aside.text;
  beside = state.aside ? state.aside.turn : 0;
  if (!aside && !changed) return;
  announce(byId("toast"), [aside, changed && text].filter(Boolean).join(" "));
  clearTimeout(toastLater);
  toastLater = setTimeout(() => setText(byId("toast"), ""), TOAST_MS);
}

function tellScreenReaders() {
  // Both regions are in the page from the beginning, for what comes with its own live region is often not read.
  const { answer, caption, turn } = state;
  if (turn === told) return;
  const heard = caption && caption.final ? say("you_said") + ": " + caption.text + ". " : "";
  const isNew = answer && (answer.turn === turn || !told);
  const added = isNew && told ? answer.sentences.slice(answer.own) : []; // a prompt below an answer that was told
  const texts = (sentences) => sentences.map((sentence) => sentence.text).join(" ");
  const said = !isNew ? "" : added.length ? texts(added) : answer.title + ". " + texts(answer.sentences);
  const alarming = isNew && !added.length && isAlarming(answer);
  told = turn;
  announce(byId("alert"), alarming ? say(answer.kind) + ": " + said : "");
  announce(byId("announce"), alarming ? heard : heard + said);
}

function announce(region, text) {
  // Nothing is read when nothing changes: the same words, said again, need an empty region in between.
  clearTimeout(announceLater.get(region));
  const again = text && region.textContent === text;
  region.textContent = again ? "" : text;
  if (again) announceLater.set(region, setTimeout(() => { region.textContent = text; }, AGAIN_MS));
}
