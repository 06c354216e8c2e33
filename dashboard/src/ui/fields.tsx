import { Checkbox, Input, Textarea } from "@saleor/macaw-ui";
import { useId, type ReactNode } from "react";

interface FieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** What is wrong with the value. */
  error?: string | undefined;
  /** What the value is for. */
  help?: string | undefined;
  isDisabled?: boolean;
}

interface TextFieldProps extends FieldProps {
  type?: "text" | "email" | "url";
  inputMode?: "text" | "decimal" | "numeric";
}

export function TextField({ type = "text", inputMode, ...props }: TextFieldProps) {
  const id = useId();
  return (
    <Described id={id} error={props.error} help={props.help}>
      <Input
        id={id}
        role="textbox" // macaw-ui gives a role that does not exist
        type={type}
        inputMode={inputMode}
        size="small"
        label={props.label}
        value={props.value}
        disabled={props.isDisabled}
        error={Boolean(props.error)}
        aria-invalid={Boolean(props.error)}
        aria-describedby={`${id}-text`}
        autoComplete="off"
        onChange={(event) => props.onChange(event.target.value)}
      />
    </Described>
  );
}

export function TextAreaField(props: FieldProps) {
  const id = useId();
  return (
    <Described id={id} error={props.error} help={props.help}>
      <Textarea
        id={id}
        rows={3}
        size="small"
        label={props.label}
        value={props.value}
        disabled={props.isDisabled}
        error={Boolean(props.error)}
        aria-invalid={Boolean(props.error)}
        aria-describedby={`${id}-text`}
        onChange={(event) => props.onChange(event.target.value)}
      />
    </Described>
  );
}

export interface Choice {
  value: string;
  label: string;
}

interface SelectFieldProps extends FieldProps {
  choices: readonly Choice[];
}

/** The browser's own list: it works in a dialog and in a low frame. */
export function SelectField({ choices, ...props }: SelectFieldProps) {
  const id = useId();
  return (
    <Described id={id} error={props.error} help={props.help}>
      <label className="og-select" htmlFor={id}>
        <span className="og-quiet">{props.label}</span>
        <select
          id={id}
          value={props.value}
          disabled={props.isDisabled}
          aria-describedby={`${id}-text`}
          onChange={(event) => props.onChange(event.target.value)}
        >
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      </label>
    </Described>
  );
}

export function DateField(props: FieldProps) {
  const id = useId();
  return (
    <Described id={id} error={props.error} help={props.help}>
      <label className="og-select" htmlFor={id}>
        <span className="og-quiet">{props.label}</span>
        <input
          id={id}
          type="date"
          value={props.value}
          disabled={props.isDisabled}
          aria-describedby={`${id}-text`}
          onChange={(event) => props.onChange(event.target.value)}
        />
      </label>
    </Described>
  );
}

interface CheckboxFieldProps {
  label: ReactNode;
  isChecked: boolean;
  onChange: (isChecked: boolean) => void;
  isDisabled?: boolean;
}

export function CheckboxField({ label, isChecked, onChange, isDisabled }: CheckboxFieldProps) {
  return (
    <Checkbox
      checked={isChecked}
      disabled={isDisabled}
      onCheckedChange={(checked) => onChange(checked === true)}
    >
      <span>{label}</span>
    </Checkbox>
  );
}

interface DescribedProps {
  id: string;
  error?: string | undefined;
  help?: string | undefined;
  children: ReactNode;
}

function Described({ id, error, help, children }: DescribedProps) {
  return (
    <div>
      {children}
      <div id={`${id}-text`} className={error ? "og-error" : "og-help og-quiet"}>
        {error ?? help}
      </div>
    </div>
  );
}
