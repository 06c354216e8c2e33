import { TextField } from "../../ui/fields";
import { Radios } from "./Radios";
import { formatSource, parseSource, type SourceType } from "./values";

const TYPES = [
  {
    value: "ASSIGNMENT",
    label: "Assignments",
    meaning: "Products are assigned to sellers on the sellers' pages and on the products' pages.",
  },
  {
    value: "METADATA",
    label: "Metadata",
    meaning: "A product's public metadata have the seller's external reference or slug.",
  },
  {
    value: "ATTRIBUTE",
    label: "Attribute",
    meaning: "An attribute of the product names the seller: a page, a choice or a text.",
  },
];

interface SourceInputProps {
  value: string;
  onChange: (value: string) => void;
}

/** Assignments, or the products' own data with a key. */
export function SourceInput({ value, onChange }: SourceInputProps) {
  const source = parseSource(value);
  const setType = (type: string) =>
    onChange(formatSource({ type: type as SourceType, key: source?.key ?? "" }));
  return (
    <>
      <Radios
        choices={TYPES}
        value={source ? source.type : value}
        onChange={setType}
      />
      {source && source.type !== "ASSIGNMENT" && (
        <TextField
          label={source.type === "METADATA" ? "Metadata key" : "Attribute's slug"}
          value={source.key}
          onChange={(key) => onChange(formatSource({ ...source, key }))}
        />
      )}
    </>
  );
}
