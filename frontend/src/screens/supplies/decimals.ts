/** Decimals as people type them and as labels print them, exact: never a float between label and answer. Pure. */

/** A positive decimal as the API takes it, or what is wrong with what was typed. */
export type Typed = { readonly value: string } | { readonly mistake: string };

/** The most decimals an amount has over HTTP; what does not end is rounded there. */
const PLACES = 6;

/** The most digits an amount has over HTTP. */
const DIGITS = 12;

/** Read "0.25", ".25", "0,25" or "1,250.5". What could mean two numbers a thousandfold apart is asked for again, never guessed. */
export function typed(text: string, what = 'a number such as 2.5'): Typed {
  const bare = text.replace(/[\s\u00a0\u2009\u202f]/g, '');
  if (/^[1-9]\d{0,2},\d{3}$/.test(bare)) {
    return { mistake: `${bare} could be ${bare.replace(',', '')} or ${bare.replace(',', '.')}. Please write it without the comma, or with a point.` };
  }
  const plain = /^[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/.test(bare) ? bare.replaceAll(',', '') : bare.replace(',', '.');
  if (!/^(\d+(\.\d*)?|\.\d+)$/.test(plain)) return { mistake: `Please enter ${what}.` };
  const value = tidy(plain);
  if (value === '0') return { mistake: 'Please enter more than nothing.' };
  const long = value.replace('.', '').length > DIGITS || (value.split('.')[1]?.length ?? 0) > PLACES;
  return long ? { mistake: 'This is longer than any label. Please check it.' } : { value };
}

/** A volume or a number of tablets: at most three places, because a microlitre is finer than any syringe. */
export function measured(text: string): Typed {
  const read = typed(text);
  if ('mistake' in read) return read;
  if (!/^\d{1,5}(\.|$)/.test(read.value)) return { mistake: 'This is more than there can be. Please check it.' };
  return /\.\d{4}/.test(read.value) ? { mistake: 'Please enter it with at most three decimals.' } : read;
}

/** The same number as it is written: "05.50" is "5.5". */
export function tidy(value: string): string {
  const [whole = '', rest = ''] = value.split('.');
  const front = whole.replace(/^0+(?=\d)/, '') || '0';
  const back = rest.replace(/0+$/, '');
  return back ? `${front}.${back}` : front;
}

/** One decimal divided by another: exact where it ends within six places, else rounded there, a half to the even side. */
export function divided(value: string, by: string): string {
  const [top, bottom] = [whole(value, by), whole(by, value)];
  if (bottom === 0n) return '';
  const scaled = top * 10n ** BigInt(PLACES);
  let [digits, left] = [scaled / bottom, scaled % bottom];
  if (left * 2n > bottom || (left * 2n === bottom && digits % 2n === 1n)) digits += 1n;
  const text = digits.toString().padStart(PLACES + 1, '0');
  return tidy(`${text.slice(0, -PLACES)}.${text.slice(-PLACES)}`);
}

/** How many times one decimal is the other; for a comparison in words only. */
export function times(value: string, before: string): number {
  return Number(before) ? Number(value) / Number(before) : Number.NaN;
}

/** The number without its point, with as many places as the longer of the two has. */
function whole(value: string, beside: string): bigint {
  const places = Math.max(value.split('.')[1]?.length ?? 0, beside.split('.')[1]?.length ?? 0);
  const [front = '0', back = ''] = value.split('.');
  return BigInt(`${front || '0'}${back.padEnd(places, '0')}`);
}
