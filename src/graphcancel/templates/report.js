"use strict";
// Conveniences alone: without this everything is there, and a link into a closed case opens it by itself.
(() => {
  const open = (state, root) => root.querySelectorAll("details").forEach((one) => { if (!one.hidden) one.open = state; });

  const follow = () => {
    let target = null;
    try { target = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch { return; }
    const details = target && target.closest("details");
    if (!details) return;
    details.hidden = false;
    details.parentElement.hidden = false;
    details.open = true;
    details.querySelector("summary").focus({ preventScroll: true });
    details.scrollIntoView({ block: "start" });
  };
  addEventListener("hashchange", follow);
  follow();

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open], .held)")];
    closed.forEach((one) => { one.open = true; });
  });
  addEventListener("afterprint", () => closed.forEach((one) => { one.open = false; }));

  document.querySelectorAll(".evidence").forEach((section) => {
    const tools = section.querySelector(".tools");
    if (!tools) return;
    const cases = [...section.querySelectorAll("details")];
    const word = (one) => one.querySelector(".sign").textContent;
    const text = tools.querySelector("input");
    const boxes = [...new Set(cases.map(word))].map((name) => {
      const label = document.createElement("label");
      const box = document.createElement("input");
      box.type = "checkbox";
      box.checked = true;
      box.value = name;
      label.append(box, " ", name);
      tools.querySelector(".choices").append(label);
      return box;
    });
    const narrow = () => {
      const chosen = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
      const sought = text.value.trim().toLowerCase();
      let shown = 0;
      cases.forEach((one) => {
        one.hidden = !chosen.has(word(one)) || (sought !== "" && !one.textContent.toLowerCase().includes(sought));
        shown += one.hidden ? 0 : 1;
      });
      section.querySelectorAll(".group").forEach((group) => { group.hidden = !group.querySelector("details:not([hidden])"); });
      tools.querySelector("output").textContent = `${shown} of ${cases.length} cases shown`;
    };
    tools.addEventListener("input", narrow);
    tools.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) open(button.dataset.open === "1", section);
    });
    tools.hidden = false;
    narrow();
  });
})();
