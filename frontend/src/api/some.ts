/** For tests: so much of an answer as one is about. */

type Some<T> = T extends readonly (infer Each)[] ? readonly Some<Each>[] : T extends object ? { readonly [Name in keyof T]?: Some<T[Name]> } : T;

/** An answer of which nothing but this is looked at. */
export function some<T>(part: Some<T>): T {
  return part as T;
}
