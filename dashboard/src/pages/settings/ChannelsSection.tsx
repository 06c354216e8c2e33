import { useState } from "react";

import { useApiQuery } from "../../api/hooks";
import {
  PluginSettingsDocument,
  type ChannelSettingsFragment,
  type PluginChannelsFragment,
} from "../../graphql/graphql";
import { SelectField } from "../../ui/fields";
import { Section } from "../../ui/Page";
import { EmptyState, ErrorState, Loading, ProblemState } from "../../ui/states";
import { ChannelForm } from "./ChannelForm";
import { FIELDS } from "./fields";
import { findChanged, readStored, type Values } from "./values";

type Channel = NonNullable<ChannelSettingsFragment["channel"]>;

/** The settings of one channel. */
export interface ChannelSettings extends ChannelSettingsFragment {
  channel: Channel;
}

export function ChannelsSection() {
  const query = useApiQuery(PluginSettingsDocument, {});
  const [saved, setSaved] = useState<PluginChannelsFragment | null>(null);
  const plugin = saved ?? query.data?.plugin;
  return (
    <Section title="Settings of each channel">
      {query.problem && <ProblemState problem={query.problem} onRetry={query.reload} />}
      {query.isLoading && <Loading lines={8} label="Loading the settings" />}
      {plugin === null && (
        <ErrorState title="Saleor does not know the plugin" onRetry={query.reload}>
          Install saleor-order-groups in Saleor&apos;s environment and restart Saleor&apos;s
          processes.
        </ErrorState>
      )}
      {plugin && <Channels settings={readChannels(plugin)} onSaved={setSaved} />}
    </Section>
  );
}

function readChannels({ channelConfigurations }: PluginChannelsFragment): ChannelSettings[] {
  return channelConfigurations
    .flatMap(({ channel, ...rest }) => (channel ? [{ channel, ...rest }] : []))
    .sort((a, b) => a.channel.name.localeCompare(b.channel.name));
}

interface ChannelsProps {
  settings: ChannelSettings[];
  onSaved: (plugin: PluginChannelsFragment) => void;
}

/**
 * The first active channel is shown first. What was typed is kept for each channel while
 * another one is shown.
 */
function Channels({ settings, onSaved }: ChannelsProps) {
  const [slug, setSlug] = useState(() => settings.find(({ active }) => active)?.channel.slug);
  const [edits, setEdits] = useState<Record<string, Values>>({});
  const shown = settings.find(({ channel }) => channel.slug === slug) ?? settings[0];
  if (!shown) {
    return (
      <EmptyState title="The shop has no channels">
        Create a channel in the Dashboard&apos;s configuration first.
      </EmptyState>
    );
  }
  const editsOf = ({ channel }: ChannelSettings) => edits[channel.id] ?? {};
  const change = (values: Values) => setEdits({ ...edits, [shown.channel.id]: values });
  return (
    <div className="og-stack">
      <SelectField
        label="Channel"
        value={shown.channel.slug}
        choices={settings.map((each) => ({
          value: each.channel.slug,
          label: describe(each, editsOf(each)),
        }))}
        onChange={setSlug}
      />
      <ChannelForm
        key={shown.channel.id}
        settings={shown}
        edits={editsOf(shown)}
        onEdit={change}
        onSaved={onSaved}
      />
    </div>
  );
}

function describe({ channel, active, configuration }: ChannelSettings, edits: Values): string {
  const stored = readStored(configuration);
  const isChanged = findChanged(FIELDS, stored, { ...stored, ...edits }).length > 0;
  const status = active ? "active" : "not active";
  return `${channel.name} (${status})${isChanged ? " – unsaved changes" : ""}`;
}
