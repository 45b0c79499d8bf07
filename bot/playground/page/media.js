// Pictures, videos, sound and files of a message, and the previews of its links.

import { bytes, element, link, minutes } from "./elements.js";

const SEEN = new Set(["photo", "video", "animation"]);

export const isSeen = (media) => SEEN.has(media.kind);

// How many stand in each row, by how many there are.
const ROWS = { 1: [1], 2: [2], 3: [1, 2], 4: [1, 3], 5: [2, 3], 6: [3, 3], 7: [2, 2, 3], 8: [2, 3, 3], 9: [3, 3, 3], 10: [2, 3, 3, 2] };
const TALLEST = 0.72; // width by height of the tallest picture that is shown whole
const WIDEST = 2.4;

const shape = (media) => Math.min(WIDEST, Math.max(TALLEST, (media.width || 640) / (media.height || 400)));

function showInFull(media) {
  const photo = document.getElementById("photo-full");
  photo.src = media.url;
  photo.classList.toggle("tall", media.height > 2.2 * media.width);
  document.getElementById("photo").showModal();
}

export function picture(media, describe = "Show the picture in full") {
  const image = element("img", { src: media.url, alt: "", width: media.width || 640, height: media.height || 400 });
  const button = element("button", { type: "button", className: "picture", "aria-label": describe }, image);
  if (media.spoiler) button.classList.add("veiled");
  if (media.height > media.width / TALLEST + 1) button.classList.add("cropped");
  button.addEventListener("click", () => {
    if (button.classList.contains("veiled")) button.classList.remove("veiled");
    else showInFull(media);
  });
  return button;
}

function badge(words) {
  return element("span", { className: "badge-over" }, words);
}

export function moving(media) {
  if (media.kind === "animation" && media.mime === "image/gif") {
    const made = picture(media, "Show the animation in full");
    made.append(badge("GIF"));
    return made;
  }
  const video = element("video", {
    src: media.url, preload: "metadata", playsInline: true, width: media.width || 640, height: media.height || 360,
  });
  if (media.kind === "animation") {
    // muted by the property: the attribute alone does not let it play by itself
    Object.assign(video, { muted: true, loop: true, autoplay: true });
    return element("div", { className: "picture" }, video, badge("GIF"));
  }
  const length = badge(media.duration ? minutes(media.duration) : "video");
  const button = element("button", { type: "button", className: "play", "aria-label": "Play the video" }, "▶");
  button.addEventListener("click", () => {
    length.remove();
    button.remove();
    video.controls = true;
    play(video);
  });
  return element("div", { className: "picture" }, video, length, button);
}

// Whoever pauses before it has begun is told so by a rejection: nothing is amiss.
const play = (player) => player.play().catch(() => {});

export const sight = (media) => (media.kind === "photo" ? picture(media) : moving(media));

// One picture in its own shape, or a grid of rows that fill the width.
export function sights(files) {
  if (files.length === 1) {
    const made = sight(files[0]);
    made.style.aspectRatio = String(shape(files[0]));
    return made;
  }
  const grid = element("div", { className: "grid" });
  const left = files.map((media) => [media, shape(media)]);
  const wide = left.length === 2 && left.every(([, ratio]) => ratio > 1.4);
  for (const count of wide ? [1, 1] : ROWS[files.length] ?? ROWS[10]) {
    const row = left.splice(0, count);
    grid.append(element("div", {}, ...row.map(([media, ratio]) => {
      const made = sight(media);
      made.style.flex = `${ratio} 1 0`;
      made.style.aspectRatio = String(ratio);
      return made;
    })));
  }
  return grid;
}

export function audio(media) {
  const sound = element("audio", { src: media.url, preload: "none" });
  const button = element("button", { type: "button", className: "play", "aria-label": "Play" }, "▶");
  const length = media.duration ? minutes(media.duration) : bytes(media.size);
  const state = element("span", {}, [length, media.performer].filter(Boolean).join(" · "));
  button.addEventListener("click", () => (sound.paused ? play(sound) : sound.pause()));
  for (const [event, sign, label] of [["play", "❚❚", "Pause"], ["pause", "▶", "Play"]]) {
    sound.addEventListener(event, () => {
      button.textContent = sign;
      button.setAttribute("aria-label", label);
    });
  }
  return element("div", { className: "file audio" }, button,
    element("div", {}, element("b", { dir: "auto" }, media.title || media.name), state), sound);
}

export function paper(media) {
  return element("a", { className: "file", href: media.url, download: media.name },
    element("span", { className: "play", "aria-hidden": "true" }, "↓"),
    element("span", {}, element("b", { dir: "auto" }, media.name), element("span", {}, bytes(media.size))));
}

export const heard = (media) => (media.kind === "audio" ? audio(media) : paper(media));

// What a link leads to: small at the text's side, or its picture large; a picture's address is the picture.
export function card(preview) {
  const image = preview.image && element("img", { src: new URL(preview.image).pathname, alt: "" });
  if (!preview.title && image) {
    const made = link(preview.url, image);
    made.className = "card bare";
    made.setAttribute("aria-label", "The picture that the link leads to");
    return made;
  }
  const made = link(preview.url);
  made.className = preview.large ? "card large" : "card";
  made.dir = "auto";
  if (image && !preview.large) made.append(image);
  made.append(
    element("span", { className: "site" }, preview.site),
    element("b", {}, preview.title),
    element("span", { className: "about" }, preview.about),
  );
  if (image && preview.large) made.append(image);
  return made;
}
