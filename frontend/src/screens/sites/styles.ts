import text from './sites.css?inline';

// Loaded with the map of the body: tonight's button needs none of it.
const sheet = new CSSStyleSheet();
sheet.replaceSync(text);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
