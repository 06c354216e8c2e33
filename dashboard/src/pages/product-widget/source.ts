/** What names the seller of a product, in words. */

export interface Rule {
  /** Whether the seller can be changed by assigning the product. */
  isAssignment: boolean;
  /** What decides who sells the product. */
  meaning: string;
  /** Where to change the seller; empty for assignments, which this app changes. */
  howToChange: string;
}

const ASSIGNMENT: Rule = {
  isAssignment: true,
  meaning: "Assignments decide who sells this product.",
  howToChange: "",
};

interface Source {
  type: string;
  key: string;
}

function parse(source: string | null): Source {
  const [type = "", ...rest] = (source ?? "").split(":");
  return { type, key: rest.join(":") };
}

/** Describe `Product.sellerSource`. */
export function describeSource(source: string | null): Rule {
  const { type, key } = parse(source);
  if (type === "METADATA") {
    return {
      isAssignment: false,
      meaning: `The product's metadata decide who sells it, by the key “${key}”.`,
      howToChange: `To change the seller, change “${key}” in the product's public metadata on this page.`,
    };
  }
  if (type === "ATTRIBUTE") {
    return {
      isAssignment: false,
      meaning: `The product's attribute “${key}” decides who sells it.`,
      howToChange: `To change the seller, change the attribute “${key}” of the product on this page.`,
    };
  }
  return ASSIGNMENT;
}

/** Name the rule in a word or two, for tables. */
export function nameRule(source: string | null): string {
  const { type, key } = parse(source);
  if (type === "METADATA") return `Metadata “${key}”`;
  if (type === "ATTRIBUTE") return `Attribute “${key}”`;
  return "Assignment";
}
