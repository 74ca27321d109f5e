// The list of cases and the list of readings of the HTML report, made from the JSON in the page as they are looked at.
// Whatever comes from an answer enters the page as text, never as markup.
(() => {
  'use strict';
  const PER_PAGE = 50;
  const data = JSON.parse(document.getElementById('apex-data').textContent);
  const { verdicts, controls, texts, readings } = data;
  const all = (selector, within = document) => within.querySelectorAll(selector);
  const byId = (id) => document.getElementById(id);

  // What stands at which place of a row: html_data.py writes them in this order.
  const cases = data.cases.map((row, index) => {
    const [id, verdict, control, check, speaking, subject, statement, expected, observed, reason, remedy] = row;
    const [resources, cited, missing, milliseconds, waiver] = row.slice(11);
    return {
      index, id: `case-${id}`, verdict, subject: texts[subject], statement: texts[statement],
      control: typeof control === 'number' ? controls[control] : [control, '', '', '', ''],
      check: texts[check] + (speaking ? `[${texts[subject]}]` : ''),
      expected: texts[expected], observed: texts[observed], reason: texts[reason], remedy: texts[remedy],
      resources: resources.map((place) => texts[place]), cited, missing, milliseconds,
      waiver: waiver.map(([name, value]) => [name, texts[value]]),
    };
  });
  const caseOf = new Map(cases.map((one) => [one.id, one]));

  const make = (tag, attributes = {}, ...content) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
      else if (value === true) made.setAttribute(name, '');
      else if (value !== false && value !== null) made.setAttribute(name, value);
    }
    made.append(...content);
    return made;
  };
  const code = (text) => make('code', {}, text);
  const number = (value) => value.toLocaleString('en');
  const counted = (value, noun) => `${number(value)} ${noun}${value === 1 ? '' : 's'}`;
  const utc = (moment) => `${moment.slice(0, 19).replace('T', ' ')} UTC`;
  const badge = (verdict) => {
    const [style, word, symbol] = verdicts[verdict];
    return make('span', { class: `verdict ${style}` }, make('span', { 'aria-hidden': 'true' }, symbol), ` ${word}`);
  };
  const facts = (pairs) => make('dl', { class: 'facts' }, ...pairs.map(([name, ...value]) =>
    make('div', {}, make('dt', {}, name), make('dd', {}, ...value))));
  const copyable = (text) => make('div', { class: 'copyable' },
    make('button', { type: 'button', class: 'copy' }, 'Copy'), make('pre', { tabindex: '0' }, text));
  // Only the command is copied, not what is said about it (parts.py does the same for what needs no script).
  const COMMAND = /(?:^|: )((?:az|apex-assurance|pytest|curl|git|openssl|dig) .*?)( \([^()]*\))?$/;
  const remedyOf = (text) => text.split('\n').flatMap((line) => {
    const found = COMMAND.exec(line);
    const said = (words) => (words && words.trim() ? [make('p', { class: 'said' }, words.trim())] : []);
    if (!found) return said(line);
    return [...said(line.slice(0, line.indexOf(found[1]))), ...said(found[2]), copyable(found[1])];
  });
  const severity = (control) => make('span', { class: `severity ${control[4]}` }, control[4]);
  const between = (parts) => parts.flatMap((part) => [', ', part]).slice(1);
  const links = (one) => {
    const found = one.cited.map((place) => make('a', { href: `#R${place + 1}` }, `R${place + 1}`));
    if (one.missing) found.push(`${counted(one.missing, 'cited reading')} not on this run's tape`);
    return found.length ? between(found) : ['no reading'];
  };
  // A table whose rows become cards on a narrow page; its roles keep it a table for screen readers.
  const table = (caption, style, columns, rows) => {
    const head = make('tr', { role: 'row' }, ...columns.map((name) =>
      make('th', { scope: 'col', role: 'columnheader' }, name)));
    return make('table', { class: style, role: 'table' }, make('caption', {}, caption),
      make('thead', { role: 'rowgroup' }, head), make('tbody', { role: 'rowgroup' }, ...rows));
  };
  const cell = (name, ...content) => make('td', { role: 'cell', 'data-label': name }, ...content);

  // ---- one case -----------------------------------------------------------------------------------------------------
  const status = ([, kind, , , , answered, failure]) => {
    if (texts[failure]) return `no answer: ${texts[failure]}`;
    return answered === null ? `answered (${kind})` : String(answered);
  };

  const detailsOf = (one) => {
    const [, title, demanded, clauses, severe] = one.control;
    const pairs = [['Check', code(one.check)], ['Control', title], ['Severity', severe], ['Demanded by', demanded], ['Clauses', clauses]];
    if (one.expected) pairs.push(['Expected', one.expected]);
    if (one.observed) pairs.push(['Observed', one.observed]);
    if (one.reason) pairs.push(['Reason', one.reason]);
    pairs.push(...one.waiver, ...one.resources.map((resource) => ['Resource', code(resource)]));
    if (one.remedy) pairs.push(['Remedy', ...remedyOf(one.remedy)]);
    pairs.push(['Took', `${number(one.milliseconds)} ms`]);
    const made = make('div', { class: 'evidence' }, facts(pairs));
    if (one.cited.length) made.append(make('h4', {}, `Evidence: ${counted(one.cited.length, 'reading')}`),
      make('div', { class: 'reading-set' }, ...one.cited.map((place) => readingOf(place))));
    if (one.missing || !one.cited.length) made.append(make('p', { class: 'note' },
      one.missing ? `${counted(one.missing, 'cited reading')} not on this run's tape.`
        : 'No reading stands behind this case.'));
    return made;
  };

  const COLUMNS = ['Verdict', 'Control', 'Requirement', 'Observed', 'Rests on'];
  const rowsOf = (one) => {
    const name = `${one.control[0]}, ${one.subject}`;
    const opener = make('button', { type: 'button', class: 'opener', 'aria-expanded': 'false', 'aria-label':
      `${verdicts[one.verdict][1]}: details of ${name}` }, badge(one.verdict));
    const row = make('tr', { id: one.id, role: 'row', class: 'case' }, make('td', { role: 'cell' }, opener),
      cell('Control', one.control[0]),
      cell('Requirement', make('span', { class: 'statement' }, one.statement), code(one.subject)),
      cell('Observed', make('div', { class: 'clamped' }, one.observed || one.reason)),
      cell('Rests on', ...links(one)));
    opener.addEventListener('click', () => {
      const open = opener.getAttribute('aria-expanded') === 'true';
      opener.setAttribute('aria-expanded', String(!open));
      if (open) row.nextSibling.remove();
      else row.after(make('tr', { class: 'details', role: 'row' },
        make('td', { colspan: String(COLUMNS.length), role: 'cell' }, detailsOf(one))));
    });
    return row;
  };

  // ---- the list of cases --------------------------------------------------------------------------------------------
  const shown = { verdicts: new Set(verdicts.keys()), control: '', words: '', page: 0, list: cases };
  const told = make('p', { class: 'count', role: 'status' });
  const rowsPlace = make('div', { class: 'scroll', role: 'region', tabindex: '0', 'aria-label': 'Cases' });
  const pager = make('nav', { class: 'pager', 'aria-label': 'Pages of cases' });

  const haystack = (one) => (one.hay ??= [one.check, one.statement, one.expected, one.observed, one.reason, one.remedy,
    one.control[1], ...one.resources].join('\n').toLowerCase());

  const choose = () => {
    const words = shown.words.toLowerCase().split(/\s+/).filter(Boolean);
    shown.list = cases.filter((one) => shown.verdicts.has(one.verdict)
      && (!shown.control || one.control[0] === shown.control)
      && words.every((word) => haystack(one).includes(word)));
    shown.page = 0;
    showCases();
  };

  const showCases = () => {
    const { list } = shown;
    const pages = Math.max(1, Math.ceil(list.length / PER_PAGE));
    shown.page = Math.min(shown.page, pages - 1);
    const from = shown.page * PER_PAGE;
    const some = list.slice(from, from + PER_PAGE);
    told.textContent = list.length === cases.length ? `All ${counted(cases.length, 'case')}`
      : `${number(list.length)} of ${counted(cases.length, 'case')}`;
    rowsPlace.replaceChildren(some.length ? table('Cases', 'cases', COLUMNS, some.map(rowsOf))
      : make('p', { class: 'nothing' }, 'No case is like that. Choose other verdicts, or other words.'));
    const step = (name, by) => make('button', { type: 'button', disabled: shown.page + by < 0 || shown.page + by >= pages,
      onclick: () => { shown.page += by; showCases(); pager.querySelector('p').focus(); } }, name);
    pager.hidden = pages === 1;
    pager.replaceChildren(step('Previous', -1), make('p', { tabindex: '-1' },
      `Page ${number(shown.page + 1)} of ${number(pages)}`), step('Next', 1));
  };

  const filters = () => {
    const counts = verdicts.map((_, place) => cases.filter((one) => one.verdict === place).length);
    const boxes = verdicts.map(([style, word, symbol], place) => {
      const box = make('input', { type: 'checkbox', checked: true, 'data-verdict': style, onchange: () => {
        shown.verdicts[box.checked ? 'add' : 'delete'](place);
        choose();
      } });
      return make('label', { class: `chip verdict ${style}`, hidden: !counts[place] }, box,
        make('span', { 'aria-hidden': 'true' }, symbol), ` ${word} `, make('b', {}, number(counts[place])));
    });
    const select = make('select', { id: 'filter-control', onchange: () => { shown.control = select.value; choose(); } },
      make('option', { value: '' }, 'All controls'),
      ...controls.map(([id, title]) => make('option', { value: id }, `${id} ${title}`)));
    let waiting = 0;
    const search = make('input', { id: 'filter-text', type: 'search', placeholder: 'name, value, resource …',
      oninput: () => {
        clearTimeout(waiting);
        waiting = setTimeout(() => { shown.words = search.value; choose(); }, 80);
      } });
    return make('form', { class: 'case-filters', role: 'search', 'aria-label': 'Cases', onsubmit: (event) => event.preventDefault() },
      make('fieldset', {}, make('legend', {}, 'Verdict'), ...boxes),
      make('div', { class: 'field' }, make('label', { for: 'filter-control' }, 'Control'), select),
      make('div', { class: 'field wide' }, make('label', { for: 'filter-text' }, 'Words'), search));
  };

  const filterTo = ({ control = '', words = '' }) => {
    shown.control = control;
    shown.words = words;
    shown.verdicts = new Set(verdicts.keys());
    byId('filter-control').value = control;
    byId('filter-text').value = words;
    all('.case-filters input[type=checkbox]').forEach((box) => { box.checked = true; });
    choose();
  };

  // ---- further findings ---------------------------------------------------------------------------------------------
  const findings = data.findings.map((places) => places.map((place) => cases[place]));
  const also = (others) => (others.length ? [['Same cause', make('ul', {}, ...others.slice(0, 12).map((one) =>
    make('li', {}, make('a', { href: `#${one.id}` }, `${one.control[0]} ${one.subject}`), `: ${one.observed}`)),
  ...(others.length > 12 ? [make('li', {}, `and ${number(others.length - 12)} more, among the cases below`)] : []))]] : []);
  const findingOf = ([one, ...others]) => {
    const heading = make('h3', {}, severity(one.control), ' ', make('span', { class: 'control' }, one.control[0]), ' ',
      make('a', { href: `#${one.id}` }, one.statement));
    const pairs = [['Subject', code(one.subject)], ['Expected', one.expected], ['Observed',
      make('strong', {}, one.observed)], ['Deciding rule', one.control[2]],
    ...one.resources.map((resource) => ['Resource', code(resource)]), ...one.waiver, ...also(others), ['Evidence', ...links(one)]];
    const made = make('article', { class: 'item fail' }, heading, facts(pairs));
    if (one.remedy) made.append(make('h4', {}, 'Remedy'), ...remedyOf(one.remedy));
    return made;
  };
  const addFindings = (most) => {
    const place = byId('finding-cards');
    if (!place) return;
    const from = place.children.length;
    place.append(...findings.slice(from, from + most).map(findingOf));
    const more = byId('more-findings');
    const left = findings.length - place.children.length;
    if (!more) return;
    more.hidden = left === 0;
    more.textContent = `Show ${number(Math.min(left, 100))} more of ${number(left)}`;
    place.children[from]?.querySelector('a')?.focus({ preventScroll: true });
  };

  // ---- readings -----------------------------------------------------------------------------------------------------
  const readingOf = (place) => {
    const reading = readings[place];
    const question = texts[reading[2]];
    const made = make('details', { class: 'reading' }, make('summary', {}, make('span', { class: 'label' },
      `R${place + 1}`), make('span', { class: 'status' }, status(reading)), ' ',
    make('span', { class: 'question' }, question)));
    made.addEventListener('toggle', () => {
      if (made.open && made.children.length === 1) made.append(...readingFacts(place));
    });
    return made;
  };

  // Parsed once, when the first body is asked for.
  let bodies = null;
  const bodyOf = (place) => (bodies ??= JSON.parse(byId('apex-bodies').textContent))[place];

  const readingFacts = (place) => {
    const reading = readings[place];
    const [key, kind, question, started, elapsed, , , request, version, attempts, page, digest, headers] = reading;
    const pairs = [['Asked', code(texts[question])], ['Key', code(key)], ['Kind', kind], ['UTC time', code(started)],
      ['Took', `${number(elapsed)} ms, ${counted(attempts, 'attempt')}`], ['Status', status(reading)],
      ['Request id', texts[request] ? code(texts[request]) : 'none'], ['API version', version || 'none'],
      ['Page', page === null ? 'none' : String(page)], ['SHA-256', digest ? code(digest) : 'no body'],
      ...headers.map(([name, value]) => [texts[name], code(texts[value])])];
    if (!digest) return [facts(pairs)];
    const shownBody = () => {
      const [body, whole] = bodyOf(place);
      const note = make('p', { class: 'note' }, body.length < whole
        ? `${number(body.length)} of ${number(whole)} characters are shown; the whole body is on the tape, in `
        : 'The body, redacted, as it stands on the tape in ', code(`bodies/${digest}`), '.');
      return make('div', {}, note, make('pre', { tabindex: '0', class: 'body', 'aria-label': 'Body' }, body));
    };
    const button = make('button', { type: 'button', class: 'body-button', 'aria-expanded': 'false', onclick: () => {
      const open = button.getAttribute('aria-expanded') === 'true';
      button.setAttribute('aria-expanded', String(!open));
      button.textContent = open ? 'Show the body' : 'Hide the body';
      if (open) button.nextSibling.remove();
      else button.after(shownBody());
    } }, 'Show the body');
    return [facts(pairs), button];
  };

  const readingPages = { place: byId('reading-list'), made: 0 };
  const moreReadings = make('button', { type: 'button', onclick: () => showReadings(200) });
  const showReadings = (most) => {
    const until = Math.min(readings.length, readingPages.made + most);
    const some = [];
    for (let place = readingPages.made; place < until; place += 1) {
      const made = readingOf(place);
      made.id = `R${place + 1}`;
      some.push(made);
    }
    readingPages.place.append(...some, moreReadings);
    readingPages.made = until;
    moreReadings.hidden = until === readings.length;
    moreReadings.textContent = `Show more of ${number(readings.length - until)}`;
  };

  // ---- links, copying, printing -------------------------------------------------------------------------------------
  const reveal = () => {
    const wanted = decodeURIComponent(location.hash.slice(1));
    if (wanted.startsWith('cases:')) {
      filterTo({ control: wanted.slice(6) });
      byId('cases').scrollIntoView();
    } else if (wanted.startsWith('about:')) {
      filterTo({ words: wanted.slice(6) });
      byId('cases').scrollIntoView();
    } else if (caseOf.has(wanted)) {
      if (!shown.list.includes(caseOf.get(wanted))) filterTo({});
      shown.page = Math.floor(shown.list.indexOf(caseOf.get(wanted)) / PER_PAGE);
      showCases();
      const opener = byId(wanted).querySelector('.opener');
      opener.click();
      byId(wanted).scrollIntoView();
      opener.focus({ preventScroll: true });
    } else if (/^R\d+$/.test(wanted)) {
      while (!byId(wanted) && readingPages.made < readings.length) showReadings(200);
      const reading = byId(wanted);
      if (!reading) return;
      reading.open = true;
      reading.scrollIntoView();
      reading.firstChild.focus({ preventScroll: true });
    }
  };

  const copy = (button) => {
    const range = document.createRange();
    range.selectNodeContents(button.parentElement.querySelector('pre'));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    button.textContent = document.execCommand('copy') ? 'Copied' : 'Selected';
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  };

  // On paper nothing can be opened: every finding, every case that the filter shows and every reading is written out.
  const beforePrint = () => {
    addFindings(findings.length);
    rowsPlace.replaceChildren(table('Cases', 'cases', COLUMNS, shown.list.map(rowsOf)));
    const rows = readings.map((reading, place) => make('tr', { role: 'row' },
      make('th', { scope: 'row', role: 'rowheader' }, `R${place + 1}`), cell('Question', texts[reading[2]]),
      cell('UTC time', utc(reading[3])), cell('Status', status(reading)), cell('Request id', texts[reading[7]] || 'none'),
      cell('SHA-256', reading[11] || 'none')));
    readingPages.place.prepend(make('div', { class: 'printed' },
      table('Readings', 'printed-readings', ['', 'Question', 'UTC time', 'Status', 'Request id', 'SHA-256'], rows)));
    all('details.absent, .item details, details.family').forEach((one) => { one.open = true; });
  };
  const afterPrint = () => {
    all('.printed').forEach((one) => one.remove());
    showCases();
  };

  document.documentElement.lang = 'en';
  byId('case-list').append(filters(), told, rowsPlace, pager);
  showCases();
  showReadings(20);
  const more = byId('more-findings');
  if (more) {
    addFindings(0);
    more.addEventListener('click', () => addFindings(100));
  }
  document.addEventListener('click', ({ target }) => { if (target.matches('button.copy')) copy(target); });
  addEventListener('hashchange', reveal);
  addEventListener('beforeprint', beforePrint);
  addEventListener('afterprint', afterPrint);
  reveal();
  performance.mark('report-usable');
})();
