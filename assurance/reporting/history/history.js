"use strict";
// Says which run a cell of the grid is, and opens its report. A column of the grid is a row of the table of runs.
(() => {
  const grid = document.getElementById("grid");
  if (grid) {
    const rows = [...document.querySelectorAll("table.runs tbody tr")];
    const names = [...document.querySelectorAll(".row-names li")].map((one) => one.textContent);
    const pointed = document.getElementById("pointed");
    const cell = Number(grid.dataset.cell);
    const at = (event) => {
      const box = grid.getBoundingClientRect();
      const column = Math.floor((event.clientX - box.left) / cell);
      const line = Math.floor((event.clientY - box.top - Number(grid.dataset.head)) / cell);
      return { row: rows[column], name: names[line] };
    };
    grid.addEventListener("mousemove", (event) => {
      const { row, name } = at(event);
      if (!row) return;
      const fill = event.target.getAttribute("fill") || "";
      const found = /^url\(#cell-(.*)\)$/.exec(fill);
      const told = [...row.children].map((one) => one.textContent.trim()).filter(Boolean).join(" · ");
      const verdict = found ? found[1].replaceAll("-", " ") : "not selected";
      pointed.textContent = name ? `${name}: ${verdict}. ${told}` : told;
    });
    grid.addEventListener("click", (event) => {
      const link = at(event).row?.querySelector("a");
      if (link) link.click();
    });
  }
  performance.mark("history-usable");
})();
