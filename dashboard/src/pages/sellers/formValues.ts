/** What the form of a seller holds, and what it sends. */
import type { SellerCreateInput, SellerUpdateInput } from "../../graphql/graphql";

export interface FormValues {
  name: string;
  slug: string;
  externalReference: string;
  payoutReference: string;
  isActive: boolean;
}

export const EMPTY_FORM: FormValues = {
  name: "",
  slug: "",
  externalReference: "",
  payoutReference: "",
  isActive: true,
};

interface Stored {
  name: string;
  slug: string;
  isActive: boolean;
  externalReference?: string | null;
  payoutReference?: string | null;
}

export function toFormValues(seller: Stored): FormValues {
  return {
    name: seller.name,
    slug: seller.slug,
    externalReference: seller.externalReference ?? "",
    payoutReference: seller.payoutReference ?? "",
    isActive: seller.isActive,
  };
}

/** The input that creates a seller; without a slug the API makes one from the name. */
export function toCreateInput(values: FormValues): SellerCreateInput {
  return {
    name: values.name,
    slug: values.slug || null,
    externalReference: values.externalReference || null,
    payoutReference: values.payoutReference || null,
    isActive: values.isActive,
  };
}

/** The input that saves only what was changed: others may have changed the rest. */
export function toUpdateInput(stored: FormValues, typed: FormValues): SellerUpdateInput {
  const names = Object.keys(stored) as (keyof FormValues)[];
  return Object.fromEntries(
    names.filter((name) => stored[name] !== typed[name]).map((name) => [name, typed[name]]),
  );
}
