// @ts-nocheck: it runs in a browser.
(() => {
  const table = document.querySelector('table');
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const search = document.querySelector('input[type=search]');
  const filter = document.querySelector('select');
  const count = document.querySelector('output');
  const show = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const [column, state] = filter.value.split(' ');
    let shown = 0;
    for (const row of rows) {
      const isFit =
        column === '' ||
        (column === '0' ? row.classList.contains(state) : row.cells[Number(column)].dataset.state === state);
      row.hidden = !(isFit && words.every((word) => row.dataset.words.includes(word)));
      if (!row.hidden) shown++;
    }
    count.textContent = `${shown} of ${rows.length}`;
  };
  search.addEventListener('input', show);
  filter.addEventListener('change', show);
  for (const [index, head] of [...table.tHead.rows[0].cells].entries()) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      const isUp = head.getAttribute('aria-sort') !== 'ascending';
      for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', isUp ? 'ascending' : 'descending');
      const key = (row) => row.cells[index].dataset.key ?? row.cells[index].textContent;
      const sorted = [...rows].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
      body.append(...(isUp ? sorted : sorted.reverse()));
    });
  }
  document.querySelector('.tools').hidden = false;
  show();
})();
