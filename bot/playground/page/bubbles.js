// Turns messages into elements.

import { clock, element, link } from "./elements.js";
import { card, heard, isSeen, sights } from "./media.js";
import { article, words } from "./rich.js";
import { formatted } from "./text.js";

export { clock, element };

const KINDS = { photo: "Picture", video: "Video", animation: "GIF", audio: "Audio", document: "File" };

// What the list of chats says of a message, or of an album by its last.
export function brief(message) {
  if (message.rich?.length) return words(message.rich);
  return message.text || message.service || message.media?.title || KINDS[message.media?.kind] || "";
}

function keyboard(message, press) {
  const rows = message.buttons.map((row) => element("div", {}, ...row.map((button) => {
    if (button.url) {
      const made = link(button.url, button.text);
      made.append(element("span", { "aria-hidden": "true" }, " ↗"));
      return made;
    }
    const made = element("button", { type: "button" }, button.text);
    made.addEventListener("click", () => press(message, button, made));
    return made;
  })));
  return element("div", { className: "buttons", role: "group", "aria-label": "Buttons" }, ...rows);
}

function marks(message, reply) {
  const told = [message.pinned ? "📌" : "", message.silent ? "🔕" : "", message.edited ? "edited" : "", clock(message.date)].filter(Boolean);
  const made = element("span", { className: "meta" }, told.join(" "));
  const answer = element("button", { type: "button", className: "reply", title: "Reply", "aria-label": "Reply" });
  answer.addEventListener("click", () => reply(message));
  made.prepend(answer);
  made.title = [message.pinned && "Pinned", message.silent && "Sent without a sound"].filter(Boolean).join(", ");
  return made;
}

function text(message) {
  return element("div", { className: "text", dir: "auto" }, formatted(message.text, message.entities));
}

// The parts of a bubble from top to bottom. An album's caption is the only one that its messages have.
function parts(messages) {
  const [first] = messages;
  if (first.rich?.length) return [article(first.rich)];
  const files = messages.filter((one) => one.media);
  const captions = messages.filter((one) => one.text);
  if (files.length && !isSeen(first.media)) {
    return files.flatMap((one) => (one.text ? [heard(one.media), text(one)] : [heard(one.media)]));
  }
  const made = files.length ? [sights(files.map((one) => one.media))] : [];
  if (captions.length === 1) made.push(text(captions[0]));
  if (first.above) made.reverse();
  if (first.preview) made[first.preview.above ? "unshift" : "push"](card(first.preview));
  return made;
}

// `messages`: one, or those of an album. `named`: whether the sender's name shows, as it does in groups. `press` and
// `reply`: what a button of the message does, and that for an answer to it.
export function bubble(messages, { named, press, reply }) {
  const [message] = messages;
  if (message.service) return element("p", { className: "service" }, message.service);
  const box = element("div", { className: "bubble" });
  if (named && !message.mine) box.append(element("div", { className: "sender" }, message.sender));
  if (message.via) box.append(element("div", { className: "via" }, `via @${message.via}`));
  if (message.reply) {
    box.append(element("div", { className: "quoted" }, element("b", {}, message.reply.sender), " ", message.reply.text));
  }
  box.append(...parts(messages), marks(messages.find((one) => one.edited) ?? message, reply));
  const seen = messages.some((one) => one.media && isSeen(one.media));
  const classes = {
    mine: message.mine, pictured: seen || message.preview?.large || message.preview?.title === "",
    wide: message.rich?.length, bare: seen && !messages.some((one) => one.text),
  };
  const made = element("article", {
    className: ["message", ...Object.keys(classes).filter((name) => classes[name])].join(" "),
    "data-id": String(message.id), "aria-label": message.mine ? "You" : message.sender,
  }, box);
  if (message.buttons.length) made.append(keyboard(message, press));
  return made;
}
