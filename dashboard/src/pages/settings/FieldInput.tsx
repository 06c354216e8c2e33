import { useId, type ReactNode } from "react";

import { CheckboxField, TextField } from "../../ui/fields";
import { StatusChip } from "../../ui/StatusChip";
import type { Field, SetField } from "./fields";
import { Radios } from "./Radios";
import { SourceInput } from "./SourceInput";
import { parseNames, toggleName } from "./values";

interface InputProps {
  value: string;
  onChange: (value: string) => void;
}

interface FieldInputProps extends InputProps {
  field: Field;
  isChanged: boolean;
  error: string | undefined;
}

/** One key of the plugin's configuration. */
export function FieldInput({ field, isChanged, error, ...input }: FieldInputProps) {
  const id = useId();
  return (
    <fieldset className="og-fieldset" aria-describedby={id}>
      <legend>
        {field.label}{" "}
        {isChanged && <StatusChip status={{ label: "Unsaved", tone: "warning" }} />}
      </legend>
      <p className="og-quiet og-sub">{field.help}</p>
      <Choices field={field} {...input} />
      <div id={id} className="og-error" role={error ? "alert" : undefined}>
        {error}
      </div>
    </fieldset>
  );
}

function Choices({ field, value, onChange }: InputProps & { field: Field }): ReactNode {
  switch (field.kind) {
    case "choice":
      return <Radios choices={field.choices} value={value} onChange={onChange} />;
    case "set":
      return <Checkboxes field={field} value={value} onChange={onChange} />;
    case "names":
      return <TextField label="Keys" value={value} onChange={onChange} />;
    case "source":
      return <SourceInput value={value} onChange={onChange} />;
  }
}

function Checkboxes({ field, value, onChange }: InputProps & { field: SetField }) {
  const names = parseNames(value);
  const all = field.choices.map((choice) => choice.value);
  return field.choices.map((choice) => (
    <CheckboxField
      key={choice.value}
      label={
        <>
          {choice.label}
          <span className="og-quiet og-sub">{choice.meaning}</span>
        </>
      }
      isChecked={names.includes(choice.value)}
      onChange={() => onChange(toggleName(value, choice.value, all))}
    />
  ));
}
