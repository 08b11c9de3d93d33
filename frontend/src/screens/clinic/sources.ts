import { sourceText } from '../../words/standing.ts';

/** The source of a rule as clinicians read it: without its marks, and without the pages of the project it was collected on. */
export function ruleSource(source: string): string {
  return sourceText(source.replace(/\s*\[[PSD?]\]/g, '').replace(/[;,]?\s*(?:clinical|product)\.md [\d.]+(?:, [\d.]+)*$/, '').replace('(brief)', 'the users’ brief:').trim());
}
