import { Button } from "@saleor/macaw-ui";
import { useState, type FormEvent } from "react";

import { otherRefusals, refusalOf, useAct } from "../../api/useAct";
import { SavePluginSettingsDocument, type PluginChannelsFragment } from "../../graphql/graphql";
import { useHost } from "../../host/HostContext";
import { Notice } from "../../ui/Notice";
import { Refusals } from "../../ui/Refusals";
import { StatusChip } from "../../ui/StatusChip";
import { Activation } from "./Activation";
import type { ChannelSettings } from "./ChannelsSection";
import { FieldInput } from "./FieldInput";
import { FIELDS } from "./fields";
import { clean, findChanged, findProblem, readStored, type Values } from "./values";

interface ChannelFormProps {
  settings: ChannelSettings;
  /** What was typed and is not saved, by the names of fields. */
  edits: Values;
  onEdit: (edits: Values) => void;
  onSaved: (plugin: PluginChannelsFragment) => void;
}

export function ChannelForm({ settings, edits, onEdit, onSaved }: ChannelFormProps) {
  const host = useHost();
  const { act, isRunning, refusals } = useAct(SavePluginSettingsDocument);
  const [isChecked, setChecked] = useState(false);
  const stored = readStored(settings.configuration);
  const values = { ...stored, ...edits };
  const fields = FIELDS.filter(({ name }) => name in stored);
  const changed = findChanged(fields, stored, values);
  const problemOf = (field: (typeof fields)[number]) => findProblem(field, values[field.name] ?? "");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setChecked(true);
    if (changed.some(problemOf)) return;
    const configuration = changed.map((field) => ({
      name: field.name,
      value: clean(field, values[field.name] ?? ""),
    }));
    const data = await act({ channelId: settings.channel.id, input: { configuration } });
    if (!data?.pluginUpdate?.plugin) return;
    onEdit({});
    onSaved(data.pluginUpdate.plugin);
    host.notify({ status: "success", title: "Settings saved" });
  };
  return (
    <>
      <Activation settings={settings} onSaved={onSaved} />
      <form className="og-settings" onSubmit={(event) => void submit(event)}>
        <Refusals refusals={otherRefusals(refusals, fields.map(({ name }) => name))} />
        {fields.map((field) => (
          <FieldInput
            key={field.name}
            field={field}
            value={values[field.name] ?? ""}
            isChanged={changed.includes(field)}
            error={(isChecked ? problemOf(field) : null) ?? refusalOf(refusals, field.name)}
            onChange={(value) => onEdit({ ...edits, [field.name]: value })}
          />
        ))}
        <UnknownFields settings={settings} />
        <div className="og-buttons og-savebar">
          {changed.length > 0 && (
            <StatusChip status={{ label: countChanges(changed.length), tone: "warning" }} />
          )}
          <Button
            type="button"
            variant="secondary"
            disabled={changed.length === 0 || isRunning}
            onClick={() => onEdit({})}
          >
            Discard
          </Button>
          <Button type="submit" disabled={changed.length === 0 || isRunning}>
            {isRunning ? "Saving…" : "Save"}
          </Button>
        </div>
      </form>
    </>
  );
}

function countChanges(count: number): string {
  return count === 1 ? "1 unsaved change" : `${count} unsaved changes`;
}

/** A newer plugin may have keys that this page does not know. */
function UnknownFields({ settings }: { settings: ChannelSettings }) {
  const unknown = (settings.configuration ?? []).filter(
    (item) => !FIELDS.some(({ name }) => name === item.name),
  );
  if (unknown.length === 0) return null;
  return (
    <Notice tone="info">
      <p className="og-line">This page does not know these keys. They stay as they are.</p>
      <dl className="og-pairs">
        {unknown.map(({ name, label, value }) => (
          <div key={name} className="og-pair">
            <dt>{label ?? name}</dt>
            <dd>{value || "(empty)"}</dd>
          </div>
        ))}
      </dl>
    </Notice>
  );
}
