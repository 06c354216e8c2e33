import { Button, Text } from "@saleor/macaw-ui";
import { useState } from "react";

import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { DateTime } from "../../ui/DateTime";
import { Refusals } from "../../ui/Refusals";
import type { Entry, RemoveAct, SaveAct } from "./access";
import { describeRights, type Rights } from "./rights";
import { RightsFields } from "./RightsFields";

interface AccessListProps {
  /** Says what the list holds, to screen readers. */
  name: string;
  seller: { id: string; name: string };
  entries: readonly Entry[];
  save: SaveAct;
  remove: RemoveAct;
  onDone: () => void;
}

type Question = { kind: "edit" | "remove"; entry: Entry };

/** The members or the apps of a seller, each with its rights. */
export function AccessList({ name, entries, ...acts }: AccessListProps) {
  const [question, setQuestion] = useState<Question | null>(null);
  const close = () => {
    acts.save.forget();
    acts.remove.forget();
    setQuestion(null);
  };
  const done = () => {
    close();
    acts.onDone();
  };
  return (
    <>
      <ul className="og-rows" aria-label={name}>
        {entries.map((entry) => (
          <li key={entry.account.id}>
            <EntryText entry={entry} />
            {entry.account.obstacle === null && (
              <EntryButtons
                name={entry.account.name}
                onAsk={(kind) => setQuestion({ kind, entry })}
              />
            )}
          </li>
        ))}
      </ul>
      {question?.kind === "edit" && (
        <RightsDialog {...acts} entry={question.entry} onDone={done} onClose={close} />
      )}
      {question?.kind === "remove" && (
        <RemoveDialog {...acts} entry={question.entry} onDone={done} onClose={close} />
      )}
    </>
  );
}

function EntryText({ entry: { account, rights, since } }: { entry: Entry }) {
  return (
    <div>
      {account.name}
      {!account.isActive && " (inactive)"}
      {account.detail && <span className="og-quiet og-sub">{account.detail}</span>}
      <span className="og-quiet og-sub">
        {describeRights(rights)} · since <DateTime value={since} />
      </span>
      {account.obstacle && <span className="og-quiet og-sub">{account.obstacle}</span>}
    </div>
  );
}

interface EntryButtonsProps {
  name: string;
  onAsk: (kind: Question["kind"]) => void;
}

function EntryButtons({ name, onAsk }: EntryButtonsProps) {
  return (
    <div className="og-buttons">
      <Button variant="tertiary" aria-label={`Rights of ${name}`} onClick={() => onAsk("edit")}>
        Rights
      </Button>
      <Button variant="tertiary" aria-label={`Remove ${name}`} onClick={() => onAsk("remove")}>
        Remove
      </Button>
    </div>
  );
}

interface EntryDialogProps {
  seller: { id: string; name: string };
  entry: Entry;
  save: SaveAct;
  remove: RemoveAct;
  onDone: () => void;
  onClose: () => void;
}

function RightsDialog({ seller, entry, save, onDone, onClose }: EntryDialogProps) {
  const [rights, setRights] = useState<Rights>(entry.rights);
  const confirm = async () => {
    const accountId = entry.account.id;
    if (await save.act({ sellerId: seller.id, accountId, rights: [...rights] })) onDone();
  };
  return (
    <ConfirmDialog
      title={`Rights of ${entry.account.name}`}
      action="Save rights"
      isRunning={save.isRunning}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <RightsFields rights={rights} onChange={setRights} />
      <Refusals refusals={save.refusals} />
    </ConfirmDialog>
  );
}

function RemoveDialog({ seller, entry, remove, onDone, onClose }: EntryDialogProps) {
  const confirm = async () => {
    if (await remove.act({ sellerId: seller.id, accountId: entry.account.id })) onDone();
  };
  return (
    <ConfirmDialog
      title={`Remove ${entry.account.name} from ${seller.name}?`}
      action="Remove"
      isDangerous
      isRunning={remove.isRunning}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <Text as="p">
        {`${entry.account.name} sees none of the seller's orders from the next request on.`}
      </Text>
      <Refusals refusals={remove.refusals} />
    </ConfirmDialog>
  );
}
