// What a person sees of a panel: asked by tests/notebooks/seen.py, in the page itself.
(() => {
  const collapse = (text) => text.replace(/\s+/g, ' ');
  const rendered = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    element.getClientRects().length > 0;

  function* texts(panel) {
    const walker = document.createTreeWalker(panel, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const parent = node.parentElement;
      if (node.textContent.trim() && !parent.closest('style, option') && rendered(parent)) yield node;
    }
  }

  const written = (field) =>
    field.tagName === 'SELECT'
      ? [...field.options].filter((o) => field.size > 1 || o.selected).map((o) => o.text)
      : [field.value];

  function box(rects) {
    const found = [...rects].find((r) => r.width >= 2 && r.height >= 2);
    return found && { x: found.x, y: found.y, width: found.width, height: found.height };
  }

  // Whether nothing lies over the middle of a place but what is see-through, and it is on the screen.
  function onTop(place, element) {
    const x = place.x + place.width / 2;
    const y = place.y + place.height / 2;
    const first = document.elementsFromPoint(x, y).find((hit) => related(hit, element) || !isClear(hit));
    return Boolean(first) && related(first, element);
  }
  const related = (hit, element) => element.contains(hit) || hit.contains(element);
  const isClear = (hit) => rgba(getComputedStyle(hit).backgroundColor).a === 0 && hit.tagName !== 'IMG';

  function inText(node, wanted) {
    const at = collapse(node.textContent).indexOf(wanted);
    if (at < 0) return null;
    const range = document.createRange();
    const raw = node.textContent.indexOf(wanted);
    if (raw < 0) range.selectNodeContents(node);
    else [range.setStart(node, raw), range.setEnd(node, raw + wanted.length)];
    node.parentElement.scrollIntoView({ block: 'center', inline: 'nearest' });
    const place = box(range.getClientRects());
    return place && onTop(place, node.parentElement) ? place : null;
  }

  function inField(field, wanted) {
    if (!rendered(field) || !written(field).some((t) => collapse(t).includes(wanted))) return null;
    field.scrollIntoView({ block: 'center', inline: 'nearest' });
    const place = box(field.getClientRects());
    return place && onTop(place, field) ? place : null;
  }

  // Where the panel shows this text, after scrolling to it; null where it cannot be seen.
  function where(panel, wanted) {
    for (const node of texts(panel)) {
      const place = inText(node, wanted);
      if (place) return place;
    }
    for (const field of panel.querySelectorAll('input, textarea, select')) {
      const place = inField(field, wanted);
      if (place) return place;
    }
    return null;
  }

  function rgba(colour) {
    const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
    return { rgb: [r, g, b], a };
  }
  const over = (top, below) => top.rgb.map((c, i) => c * top.a + below[i] * (1 - top.a));

  function ground(element) {
    if (!element) return [255, 255, 255];
    const own = rgba(getComputedStyle(element).backgroundColor);
    return own.a === 1 ? own.rgb : over(own, ground(element.parentElement));
  }

  function luminance(rgb) {
    const [r, g, b] = rgb.map((c) => {
      const share = c / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  function colour(element) {
    const style = getComputedStyle(element);
    return rgba(element instanceof SVGElement ? style.fill : style.color);
  }

  // WCAG 2.2, 1.4.3: how far text and what is behind it are apart.
  function contrast(element) {
    const behind = ground(element);
    const ink = over(colour(element), behind);
    const [dark, light] = [luminance(ink), luminance(behind)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  }

  function pale(panel, least) {
    const owners = new Map();
    for (const node of texts(panel)) owners.set(node.parentElement, node.textContent);
    for (const field of panel.querySelectorAll('input, textarea, select'))
      if (rendered(field) && written(field).join('')) owners.set(field, written(field)[0]);
    return [...owners]
      .filter(([element]) => !element.closest(':disabled') && colour(element).a > 0)
      .filter(([element]) => contrast(element) < least)
      .map(([element, text]) => `${contrast(element).toFixed(1)}: '${collapse(text).slice(0, 40)}'`);
  }

  // What is wider than its place, and so is cut off or has to be scrolled sideways.
  function wide(panel) {
    const room = panel.getBoundingClientRect().right + 1;
    const overflows = (part) => part.scrollWidth > part.clientWidth + 1;
    const parts = [...panel.querySelectorAll('.widget-box, .pl-scroll, table, pre, img, button, select')];
    const isMeant = (part) => part.closest('.pl-wire-scroll'); // a lane for each who speaks
    const found = parts.filter((part) => rendered(part) && !isMeant(part)).filter(
      (part) => part.getBoundingClientRect().right > room || (part.tagName !== 'SELECT' && overflows(part)));
    return [panel.closest('.jp-OutputArea-output'), panel].filter(overflows).concat(found)
      .map((part) => `${part.tagName.toLowerCase()}.${part.className}`.slice(0, 90));
  }

  window.plSeen = { where, pale, wide };
})();
