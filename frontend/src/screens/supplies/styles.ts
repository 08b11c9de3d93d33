import text from './supplies.css?inline';

// Loaded with the supplies alone: tonight needs none of it.
const sheet = new CSSStyleSheet();
sheet.replaceSync(text);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
