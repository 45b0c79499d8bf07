// The message box, as tall as its text: sending, the menu of commands while one types "/", and the newsroom's feeds.

import { element } from "./bubbles.js";

const TOUCH = matchMedia("(hover: none) and (pointer: coarse)");

export class Composer {
  constructor({ send, commands, feeds }) {
    this.send = send;
    this.commands = commands;
    this.feeds = feeds;
    this.text = document.getElementById("text");
    this.menu = document.getElementById("menu");
    this.button = document.getElementById("feeds");
    this.chosen = -1;
    this.choices = [];
    const form = document.getElementById("composer");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.go();
    });
    this.text.addEventListener("input", () => { this.fit(); this.suggest(); });
    this.text.addEventListener("keydown", (event) => this.key(event));
    form.addEventListener("focusout", (event) => { if (!form.contains(event.relatedTarget)) this.close(); });
    this.button.addEventListener("click", () => this.toggleFeeds());
    this.button.addEventListener("keydown", (event) => { if (event.key === "Escape") this.close(); });
  }

  go() {
    if (this.chosen >= 0) this.take(this.choices[this.chosen]);
    else this.submit(this.text.value);
  }

  fit() {
    this.text.style.height = "auto";
    const border = this.text.offsetHeight - this.text.clientHeight;
    this.text.style.height = `${this.text.scrollHeight + border}px`;
  }

  submit(text) {
    if (!text.trim()) return;
    this.text.value = "";
    this.fit();
    this.close();
    this.send(text.trim());
  }

  write(text) {
    this.text.value = text;
    this.fit();
    this.text.focus();
    this.suggest();
  }

  suggest() {
    const typed = this.text.value.toLowerCase();
    if (!/^\/\w*$/.test(typed)) { this.close(); return; }
    this.show(this.commands()
      .filter((command) => `/${command.command}`.startsWith(typed))
      .map((command) => ({ label: `/${command.command}`, about: command.description, text: `/${command.command}` })));
  }

  toggleFeeds() {
    if (this.button.getAttribute("aria-expanded") === "true") { this.close(); return; }
    this.show(this.feeds());
    this.button.setAttribute("aria-expanded", String(!this.menu.hidden));
    this.text.focus();
  }

  show(choices) {
    this.choices = choices;
    this.chosen = -1;
    this.menu.replaceChildren(...choices.map((choice, number) => {
      const line = element("li", { role: "option", id: `choice-${number}`, "aria-selected": "false" },
        element("b", {}, choice.label), element("span", {}, choice.about));
      line.addEventListener("mousedown", (event) => { event.preventDefault(); this.take(choice); });
      return line;
    }));
    this.menu.hidden = choices.length === 0;
    this.text.setAttribute("aria-expanded", String(!this.menu.hidden));
    this.text.removeAttribute("aria-activedescendant");
  }

  close() {
    this.show([]);
    this.button.setAttribute("aria-expanded", "false");
  }

  take(choice) {
    if (choice.whole) this.submit(choice.text);
    else this.write(`${choice.text} `);
  }

  // On a screen keyboard, which has no Shift+Enter, Enter is a new line, and the button sends.
  key(event) {
    if (event.key === "Enter" && !event.isComposing && !event.shiftKey && (this.chosen >= 0 || !TOUCH.matches)) {
      event.preventDefault();
      this.go();
      return;
    }
    if (this.menu.hidden) return;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key === "Escape") this.close();
    else if (event.key === "Tab" && this.chosen >= 0) { event.preventDefault(); this.take(this.choices[this.chosen]); }
    else if (event.key in moves) {
      event.preventDefault();
      const count = this.choices.length;
      this.chosen = (Math.max(this.chosen, moves[event.key] < 0 ? 0 : -1) + moves[event.key] + count) % count;
      [...this.menu.children].forEach((line, number) => line.setAttribute("aria-selected", String(number === this.chosen)));
      this.text.setAttribute("aria-activedescendant", `choice-${this.chosen}`);
      this.menu.children[this.chosen].scrollIntoView({ block: "nearest" });
    }
  }
}
