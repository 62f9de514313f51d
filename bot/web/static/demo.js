"use strict";
// The demo page: who each phone is, and moving the clock.

const { people: peopleJson, roles: rolesJson, hints: hintsJson, nobody } = document.body.dataset;
const people = JSON.parse(peopleJson);
const roles = JSON.parse(rolesJson);
const hints = JSON.parse(hintsJson);
const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();
people.forEach((person) => { person.folded = fold(`${person.name} ${person.unit} ${person.title} ${roles[person.role]}`); });

function make(tag, text) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  return made;
}

class Phone {
  constructor(section) {
    this.section = section;
    this.input = section.querySelector("input");
    this.list = section.querySelector("ul");
    this.frame = section.querySelector("iframe");
    this.person = people.find((person) => this.frame.getAttribute("src").endsWith(`/demo/${person.address}/`));
    this.active = -1;
    this.input.addEventListener("focus", () => this.input.select());
    this.input.addEventListener("click", () => this.show(""));
    this.input.addEventListener("input", () => this.show(this.input.value));
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.hide());
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // keep the focus in the field
    const remembered = people.find((person) => person.address === recall(section.dataset.role));
    if (remembered && remembered !== this.person) this.become(remembered);
  }

  show(typed) {
    const asked = fold(typed.trim()).split(/\s+/);
    this.found = people.filter((person) => asked.every((part) => person.folded.includes(part)));
    const options = this.found.map((person, index) => {
      const option = make("li", person.name);
      option.setAttribute("role", "option");
      option.id = `${this.list.id}-${index}`;
      option.append(make("small", `${roles[person.role]} · ${person.title} · ${person.unit}`));
      option.addEventListener("click", () => this.become(person));
      return option;
    });
    const none = make("li", nobody);
    none.className = "none";
    this.list.replaceChildren(...(options.length ? options : [none]));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.point(typed ? 0 : this.found.indexOf(this.person));
  }

  point(index) {
    this.active = index < 0 || index >= this.found.length ? -1 : index;
    [...this.list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === this.active)));
    const option = this.list.children[this.active];
    if (option) option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", this.active < 0 ? "" : option.id);
  }

  key(event) {
    if (event.key === "Escape") return this.hide();
    if (event.key === "Enter" && this.active >= 0 && !this.list.hidden) return this.become(this.found[this.active]);
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return undefined;
    event.preventDefault();
    if (this.list.hidden) return this.show("");
    const step = event.key === "ArrowDown" ? 1 : -1;
    return this.point((this.active + step + this.found.length) % this.found.length);
  }

  hide() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.value = this.person.name;
  }

  become(person) {
    const base = this.frame.getAttribute("src").replace(/demo\/[^/]+\/$/, "");
    this.person = person;
    this.frame.src = `${base}demo/${person.address}/`;
    this.frame.title = person.name;
    this.section.querySelector(".role").textContent = roles[person.role];
    this.section.querySelector(".post").textContent = `${person.title} · ${person.unit}`;
    this.section.querySelector(".hint span").textContent = hints[person.role];
    this.section.querySelector(".hint b").textContent = person.note;
    remember(this.section.dataset.role, person.address);
    this.hide();
  }
}

function recall(role) {
  try { return sessionStorage.getItem("phone:" + role); } catch { return null; }
}

function remember(role, address) {
  try { sessionStorage.setItem("phone:" + role, address); } catch { /* not remembered, that is all */ }
}

const phones = [...document.querySelectorAll(".phone")].map((section) => new Phone(section));
const now = document.getElementById("now");
const leaps = document.getElementById("leaps");
const newcomer = document.getElementById("newcomer");

if (newcomer) {
  newcomer.addEventListener("click", () => {
    phones[0].become(people.find((person) => person.address === newcomer.dataset.address));
    phones[0].section.scrollIntoView({ block: "nearest" });
  });
}

async function tell() {
  const answer = await fetch("demo/clock").catch(() => null);
  if (answer && answer.ok) now.textContent = (await answer.json()).now;
}

async function leap(button) {
  const label = button.textContent;
  const buttons = [...leaps.children];
  buttons.forEach((one) => { one.disabled = true; });
  button.textContent = leaps.dataset.leaping;
  try {
    const answer = await fetch("demo/leap", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ key: button.dataset.leap }),
    });
    const told = await answer.json();
    now.textContent = told.now || told.problem;
    if (told.leaps) offer(told.leaps);
  } catch {
    button.textContent = label;
    buttons.forEach((one) => { one.disabled = false; });
  }
}

function offer(offered) {
  leaps.replaceChildren(...offered.map(({ key, label }) => {
    const button = make("button", label);
    button.type = "button";
    button.dataset.leap = key;
    button.addEventListener("click", () => leap(button));
    return button;
  }));
}

if (leaps) leaps.querySelectorAll("button").forEach((button) => button.addEventListener("click", () => leap(button)));
setInterval(() => { if (!document.hidden) tell(); }, 15000);
