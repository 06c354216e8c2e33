import { Button, Text } from "@saleor/macaw-ui";
import { useState } from "react";

import { useAct } from "../../api/useAct";
import { SavePluginSettingsDocument, type PluginChannelsFragment } from "../../graphql/graphql";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { Refusals } from "../../ui/Refusals";
import { StatusChip } from "../../ui/StatusChip";
import type { ChannelSettings } from "./ChannelsSection";

interface ActivationProps {
  settings: ChannelSettings;
  onSaved: (plugin: PluginChannelsFragment) => void;
}

/** Whether the plugin works in the channel, and the button that changes it. */
export function Activation({ settings, onSaved }: ActivationProps) {
  const [isAsked, setAsked] = useState(false);
  return (
    <div className="og-activation">
      <StatusChip
        status={
          settings.active
            ? { label: "Active", tone: "success" }
            : { label: "Not active", tone: "neutral" }
        }
      />
      <span className="og-quiet">
        {settings.active
          ? "Checkouts become one order for each seller."
          : "Checkouts become one order, as without the plugin."}
      </span>
      <Button variant="secondary" onClick={() => setAsked(true)}>
        {settings.active ? "Deactivate" : "Activate"}
      </Button>
      {isAsked && (
        <ActivationDialog
          settings={settings}
          onSaved={onSaved}
          onClose={() => setAsked(false)}
        />
      )}
    </div>
  );
}

interface ActivationDialogProps extends ActivationProps {
  onClose: () => void;
}

function ActivationDialog({ settings, onSaved, onClose }: ActivationDialogProps) {
  const { channel, active } = settings;
  const { act, isRunning, refusals } = useAct(SavePluginSettingsDocument);
  const confirm = async () => {
    const data = await act({ channelId: channel.id, input: { active: !active } });
    if (!data?.pluginUpdate?.plugin) return;
    onSaved(data.pluginUpdate.plugin);
    onClose();
  };
  return (
    <ConfirmDialog
      title={`${active ? "Deactivate" : "Activate"} order groups in ${channel.name}?`}
      action={active ? "Deactivate" : "Activate"}
      isDangerous={active}
      isRunning={isRunning}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <Text as="p">{active ? DEACTIVATION : ACTIVATION}</Text>
      <Text as="p" className="og-quiet">
        The channel keeps its settings. Changes that are not saved are not used.
      </Text>
      <Refusals refusals={refusals} />
    </ConfirmDialog>
  );
}

const ACTIVATION =
  "From now on, a checkout with goods of several sellers becomes one order for each seller, tied together as a purchase.";
const DEACTIVATION =
  "From now on, a checkout becomes one order, whoever sells the goods. Purchases that exist stay, and can be worked on as before.";
