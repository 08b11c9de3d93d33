import text from './clinic.css?inline';

// The sheet belongs to the clinician's part alone: no patient's phone loads a byte of it.
const sheet = new CSSStyleSheet();
sheet.replaceSync(text);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
