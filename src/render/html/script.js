"use strict";
// A row, its node in the graph and its place in the source light up together, with operands and users.
document.querySelectorAll(".wengert figure.trace").forEach((figure) => {
  const nodes = (number) => figure.querySelectorAll(`[data-node="${number}"]`);
  const source = figure.closest("article")?.querySelector(".source pre");
  const text = source?.textContent;
  const clear = () => {
    figure.querySelectorAll("[data-node]").forEach((one) => one.classList.remove("lit", "operand", "user"));
    source?.replaceChildren(text);
  };
  const show = (event) => {
    const number = event.target.closest("[data-node]")?.dataset.node;
    if (!number) return clear();
    clear();
    const row = figure.querySelector(`tr[data-node="${number}"]`);
    const operands = (row?.dataset.operands ?? "").split(" ").filter(Boolean);
    operands.forEach((one) => nodes(one).forEach((node) => node.classList.add("operand")));
    figure.querySelectorAll("tr[data-operands]").forEach((other) => {
      if (!other.dataset.operands.split(" ").includes(number)) return;
      nodes(other.dataset.node).forEach((node) => node.classList.add("user"));
    });
    nodes(number).forEach((node) => node.classList.add("lit"));
    if (!source || !row?.dataset.from) return;
    const mark = document.createElement("mark");
    mark.textContent = text.slice(row.dataset.from, row.dataset.to);
    source.replaceChildren(text.slice(0, row.dataset.from), mark, text.slice(row.dataset.to));
    if (event.type === "focusin") mark.scrollIntoView({ block: "nearest" });
  };
  figure.addEventListener("pointerover", show);
  figure.addEventListener("focusin", show);
  figure.addEventListener("pointerleave", clear);
  figure.addEventListener("focusout", clear);
});
// The lines of a derivation one by one: a click on the button shows the next.
document.querySelectorAll(".wengert .steps details").forEach((details) => {
  const rows = [...details.querySelectorAll("tr")];
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "one by one";
  button.addEventListener("click", () => {
    const next = rows.findIndex((row) => row.hidden);
    if (next < 0) rows.forEach((row, k) => { row.hidden = k > 0; });
    else rows[next].hidden = false;
    button.textContent = rows.some((row) => row.hidden) ? "next step" : "one by one";
  });
  details.append(button);
});
