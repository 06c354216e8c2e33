/** Reads and writes the texts in which the plugin stores its configuration. */
import type { Field } from "./fields";

export type Values = Record<string, string>;

export type SourceType = "ASSIGNMENT" | "METADATA" | "ATTRIBUTE";

export interface Source {
  type: SourceType;
  key: string;
}

/** Read `METADATA:key`; null where the text is none of the three forms. */
export function parseSource(value: string): Source | null {
  if (value === "ASSIGNMENT") return { type: "ASSIGNMENT", key: "" };
  const match = /^(METADATA|ATTRIBUTE):(.*)$/s.exec(value);
  return match ? { type: match[1] as SourceType, key: match[2] ?? "" } : null;
}

export function formatSource({ type, key }: Source): string {
  return type === "ASSIGNMENT" ? type : `${type}:${key}`;
}

/** Read a list with commas: each name once, without spaces around it. */
export function parseNames(value: string): string[] {
  const names = value.split(",").map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ""))];
}

/** Add the name to the list or take it away; the order of `all` counts, then that of the list. */
export function toggleName(value: string, name: string, all: string[]): string {
  const names = parseNames(value);
  const chosen = names.includes(name) ? names.filter((each) => each !== name) : [...names, name];
  const known = all.filter((each) => chosen.includes(each));
  const unknown = chosen.filter((each) => !all.includes(each));
  return [...known, ...unknown].join(",");
}

interface Item {
  name: string;
  value: string | null;
}

/** The stored values by name; what has no value is empty. */
export function readStored(items: readonly Item[] | null): Values {
  return Object.fromEntries((items ?? []).map(({ name, value }) => [name, value ?? ""]));
}

/** The text that is stored for a value: without spaces that mean nothing. */
export function clean(field: Field, value: string): string {
  if (field.kind === "names" || field.kind === "set") return parseNames(value).join(",");
  const source = field.kind === "source" ? parseSource(value) : null;
  return source ? formatSource({ ...source, key: source.key.trim() }) : value;
}

/** The text that two equal values share: the order of a set means nothing. */
function normalize(field: Field, value: string): string {
  const text = clean(field, value);
  return field.kind === "set" ? parseNames(text).sort().join(",") : text;
}

/** The fields whose values differ from the stored ones. */
export function findChanged(fields: Field[], stored: Values, typed: Values): Field[] {
  return fields.filter(
    (field) =>
      normalize(field, typed[field.name] ?? "") !== normalize(field, stored[field.name] ?? ""),
  );
}

/** What is wrong with a value before the API is asked; null if nothing is. */
export function findProblem(field: Field, value: string): string | null {
  if (field.kind !== "source") return null;
  const source = parseSource(value);
  if (!source || source.type === "ASSIGNMENT" || source.key.trim() !== "") return null;
  return source.type === "METADATA" ? "Enter the metadata key." : "Enter the attribute's slug.";
}
