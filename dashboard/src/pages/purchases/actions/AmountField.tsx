import { readAmount, toText } from "../../../ui/amounts";
import { TextField } from "../../../ui/fields";
import { useFormatMoney, type Amount } from "../../../ui/Money";

interface AmountFieldProps {
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
  available: Amount;
}

/** An amount; empty for all that there is. */
export function AmountField({ value, onChange, error, available }: AmountFieldProps) {
  const format = useFormatMoney();
  return (
    <TextField
      label={`Amount in ${available.currency}`}
      inputMode="decimal"
      value={value}
      onChange={onChange}
      error={error}
      help={`Leave it empty for all: ${format(available)}.`}
    />
  );
}

interface Typed {
  /** What the API gets: the text as typed, or all that there is. Null while it is wrong. */
  request: string | null;
  /** Null while the text is wrong. */
  amount: Amount | null;
  error: string | undefined;
}

/**
 * Read what was typed.
 *
 * All that there is goes by its amount: if somebody else moves money meanwhile, the API
 * must not move more than what was confirmed.
 */
export function readTypedAmount(text: string, available: Amount): Typed {
  if (text.trim() === "") {
    return { request: toText(available), amount: available, error: undefined };
  }
  const read = readAmount(text, available);
  if ("error" in read) return { request: null, amount: null, error: read.error };
  return { request: read.text, amount: read.amount, error: undefined };
}
