// What a page looks like, as far as that can be measured. The value of this file is an object.
(() => {
  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = ([red, green, blue]) => {
    const linear = [red, green, blue].map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const contrast = (one, other) => {
    const [dark, light] = [luminance(numbers(one)), luminance(numbers(other))].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const background = (element) => {
    for (let node = element; node; node = node.parentElement) {
      const colour = getComputedStyle(node).backgroundColor;
      if (numbers(colour)[3] !== 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const ownText = (element) =>
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== "");
  const texts = [...document.body.querySelectorAll("*")].filter(
    (element) => ownText(element) && !element.closest("script, svg") && element.getClientRects().length > 0,
  );
  return {
    background: getComputedStyle(document.body).backgroundColor,
    // WCAG 2.2, 1.4.3: 4.5 for text.
    faintTexts: texts
      .map((element) => [element.textContent.trim().slice(0, 40), contrast(getComputedStyle(element).color, background(element))])
      .filter(([, ratio]) => ratio < 4.5),
    // WCAG 2.2, 1.4.11: 3 for pictures.
    faintShapes: [...document.querySelectorAll("svg rect")]
      .map((shape) => [shape.getAttribute("class"), contrast(getComputedStyle(shape).fill, background(shape.closest("figure, td")))])
      .filter(([, ratio]) => ratio < 3),
    width: innerWidth,
    contentWidth: document.documentElement.scrollWidth,
    addresses: [...document.querySelectorAll("[data-address]")].map((node) => node.textContent),
    bars: document.querySelectorAll("svg.timeline rect").length,
    injected: document.querySelectorAll("img, iframe, object, embed").length,
    smallTexts: texts.filter((element) => parseFloat(getComputedStyle(element).fontSize) < 12).length,
  };
})()
