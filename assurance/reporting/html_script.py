"""The script of the HTML report: what pytest-html's page lacks to be used on a phone, by keyboard and by screen reader.

pytest-html builds its table anew whenever a row or a filter is used, so the table is prepared again after each change.
"""

SCRIPT = """
(() => {
  document.documentElement.lang = 'en';
  const viewport = document.createElement('meta');
  viewport.name = 'viewport';
  viewport.content = 'width=device-width, initial-scale=1';
  document.head.append(viewport);
  const all = (selector) => document.querySelectorAll(selector);
  let focused = null;

  const pressable = (cell, press) => {
    cell.tabIndex = 0;
    if (cell.dataset.pressable) return;
    cell.dataset.pressable = 'yes';
    cell.addEventListener('keydown', (event) => {
      if (event.target !== cell || (event.key !== 'Enter' && event.key !== ' ')) return;
      event.preventDefault();
      press(cell);
    });
  };

  const prepareTable = () => {
    all('#results-table th.sortable').forEach((head) => {
      pressable(head, (cell) => cell.click());
      const has = (name) => head.classList.contains(name);
      head.setAttribute('aria-sort', has('asc') ? 'descending' : has('desc') ? 'ascending' : 'none');
    });
    all('#results-table tr.collapsible').forEach((row) => {
      const cell = row.querySelector('td.col-result');
      const button = cell.querySelector('.verdict') ?? cell;
      pressable(button, () => { focused = row.dataset.id; cell.click(); });
      button.setAttribute('role', 'button');
      button.setAttribute('aria-expanded', String(!cell.classList.contains('collapsed')));
      if (row.dataset.id === focused) { button.focus(); focused = null; }
    });
  };

  const copy = (button) => {
    const text = button.parentElement.querySelector('pre');
    const range = document.createRange();
    range.selectNodeContents(text);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    button.textContent = document.execCommand('copy') ? 'Copied' : 'Selected';
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  };

  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    target.querySelectorAll(':scope > details').forEach((details) => { details.open = true; });
    target.querySelector('td.col-result.collapsed')?.click();
    document.getElementById(target.id).scrollIntoView();
  };

  document.addEventListener('DOMContentLoaded', () => {
    const table = document.getElementById('results-table');
    const scroll = document.createElement('div');
    scroll.className = 'scroll';
    scroll.id = 'results';
    table.replaceWith(scroll);
    scroll.append(table);
    scroll.after(document.querySelector('.additional-summary.postfix'));
    all('.filters input').forEach((box) => {
      const words = box.nextElementSibling;
      words.textContent = words.textContent.replace(',', '').trim();
      const label = document.createElement('label');
      label.hidden = box.disabled && ['xpassed', 'rerun', 'retried'].includes(box.dataset.testResult);
      box.before(label);
      label.append(box, words);
    });
    prepareTable();
    new MutationObserver(prepareTable).observe(scroll, { childList: true });
    document.addEventListener('click', ({ target }) => { if (target.matches('button.copy')) copy(target); });
    addEventListener('hashchange', reveal);
    reveal();
  });
})();
"""
