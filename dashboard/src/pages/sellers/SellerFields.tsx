import { refusalOf, type Refusal } from "../../api/useAct";
import { TextField } from "../../ui/fields";
import type { FormValues } from "./formValues";

/** The inputs that the form has: errors of others are shown above it. */
export const TEXT_FIELDS = ["name", "slug", "externalReference", "payoutReference"] as const;

interface SellerFieldsProps {
  values: FormValues;
  refusals: readonly Refusal[];
  isDisabled?: boolean;
  slugHelp?: string;
  onChange: (part: Partial<FormValues>) => void;
}

export function SellerFields({
  values,
  refusals,
  isDisabled = false,
  slugHelp,
  onChange,
}: SellerFieldsProps) {
  const field = (name: (typeof TEXT_FIELDS)[number], label: string, help?: string) => (
    <TextField
      label={label}
      help={help}
      value={values[name]}
      error={refusalOf(refusals, name)}
      isDisabled={isDisabled}
      onChange={(value) => onChange({ [name]: value })}
    />
  );
  return (
    <>
      {field("name", "Name")}
      {field("slug", "Slug", slugHelp)}
      {field(
        "externalReference",
        "External reference",
        "Your own name for the seller. Metadata and attributes of products may use it.",
      )}
      {field(
        "payoutReference",
        "Payout reference",
        "The payment provider's name for the seller, such as an account.",
      )}
    </>
  );
}
