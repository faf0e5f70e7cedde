// A click on a heading sorts its table by that column; a second click turns the order round.
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const headings = [...table.tHead.rows[0].cells];
  const value = (row, column) => {
    const cell = row.cells[column];
    const number = parseFloat(cell.dataset.value ?? cell.textContent);
    return Number.isNaN(number) ? Infinity : number;
  };
  headings.forEach((heading, column) => heading.addEventListener("click", () => {
    const descending = heading.getAttribute("aria-sort") === "ascending";
    headings.forEach((other) => other.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const sign = descending ? -1 : 1;
    const rows = [...body.rows].sort((a, b) => {
      const x = value(a, column);
      const y = value(b, column);
      if (x === y) return 0;
      // Cells without a figure stay at the end.
      if (x === Infinity || y === Infinity) return x === Infinity ? 1 : -1;
      return sign * (x - y);
    });
    body.append(...rows);
  }));
}
