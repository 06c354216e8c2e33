import { useState } from "react";

import type { Problem } from "../../api/problems";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { TextField } from "../../ui/fields";
import { Refusals } from "../../ui/Refusals";
import { EmptyState, Loading, ProblemState } from "../../ui/states";
import { useDebounced } from "../../ui/useDebounced";
import type { Account, SaveAct } from "./access";
import type { Rights } from "./rights";
import { RightsFields } from "./RightsFields";

export interface Candidates {
  accounts: Account[] | undefined;
  problem: Problem | undefined;
  reload: () => void;
}

interface AddAccessProps {
  title: string;
  action: string;
  searchLabel: string;
  sellerId: string;
  save: SaveAct;
  /** Looks accounts up by what the operator typed. */
  useCandidates: (search: string) => Candidates;
  onDone: () => void;
  onClose: () => void;
}

/** Finds an account, and makes it a member or a linked app with rights. */
export function AddAccess({ title, action, sellerId, save, onDone, onClose, ...find }: AddAccessProps) {
  const [account, setAccount] = useState<Account | null>(null);
  const [rights, setRights] = useState<Rights>([]);
  const confirm = async () => {
    if (!account) return;
    const variables = { sellerId, accountId: account.id, rights: [...rights] };
    if (await save.act(variables)) onDone();
  };
  return (
    <ConfirmDialog
      title={title}
      action={action}
      isRunning={save.isRunning}
      isReady={account !== null}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <Picker {...find} chosen={account} onChoose={setAccount} />
      <RightsFields rights={rights} onChange={setRights} />
      <Refusals refusals={save.refusals} />
    </ConfirmDialog>
  );
}

interface PickerProps {
  searchLabel: string;
  useCandidates: (search: string) => Candidates;
  chosen: Account | null;
  onChoose: (account: Account) => void;
}

function Picker({ searchLabel, useCandidates, chosen, onChoose }: PickerProps) {
  const [search, setSearch] = useState("");
  const { accounts, problem, reload } = useCandidates(useDebounced(search.trim()));
  return (
    <>
      <TextField label={searchLabel} value={search} onChange={setSearch} />
      {problem && <ProblemState problem={problem} onRetry={reload} />}
      {!problem && !accounts && <Loading lines={2} label="Searching" />}
      {accounts?.length === 0 && <EmptyState title="Nobody matches" />}
      {accounts && accounts.length > 0 && (
        <fieldset className="og-fieldset">
          <legend className="og-hidden">Found</legend>
          {accounts.map((account) => (
            <label key={account.id} className="og-radio">
              <input
                type="radio"
                name="account"
                checked={chosen?.id === account.id}
                disabled={account.obstacle !== null}
                onChange={() => onChoose(account)}
              />
              <span>
                {account.name}
                <span className="og-quiet og-sub">{account.obstacle ?? account.detail}</span>
              </span>
            </label>
          ))}
        </fieldset>
      )}
    </>
  );
}
