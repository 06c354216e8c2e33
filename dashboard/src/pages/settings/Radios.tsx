import { useId } from "react";

import type { Choice } from "./fields";

interface RadiosProps {
  choices: readonly Choice[];
  value: string;
  onChange: (value: string) => void;
}

/** The choices, each with its meaning; a stored value that is none of them is shown too. */
export function Radios({ choices, value, onChange }: RadiosProps) {
  const group = useId();
  const isKnown = choices.some((choice) => choice.value === value);
  const invalid = { value, label: value || "(empty)", meaning: "This value is not valid." };
  return (isKnown ? choices : [...choices, invalid]).map((choice) => (
    <label key={choice.value} className="og-radio">
      <input
        type="radio"
        name={group}
        checked={choice.value === value}
        onChange={() => onChange(choice.value)}
      />
      <span>
        {choice.label}
        <span className="og-quiet og-sub">{choice.meaning}</span>
      </span>
    </label>
  ));
}
