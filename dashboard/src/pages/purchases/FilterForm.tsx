import { Box, Button } from "@saleor/macaw-ui";
import { useState, type FormEvent } from "react";

import { useApiQuery } from "../../api/hooks";
import { PurchaseFilterChoicesDocument } from "../../graphql/graphql";
import { DateField, SelectField, TextField, type Choice } from "../../ui/fields";
import { fulfillment, payment } from "../../ui/statuses";
import {
  CHARGE,
  FULFILLMENT,
  hasFilters,
  NO_FILTERS,
  readOrderNumber,
  STATUSES,
  type Filters,
} from "./listState";

interface FilterFormProps {
  filters: Filters;
  onApply: (filters: Filters) => void;
}

/** Search and filters. They apply together: one request for all that was chosen. */
export function FilterForm({ filters, onApply }: FilterFormProps) {
  const [draft, setDraft] = useDraft(filters);
  const choices = useChoices();
  const order = readOrderNumber(draft.order);
  const bind = (name: keyof Filters) => ({
    value: draft[name],
    onChange: (value: string) => setDraft({ ...draft, [name]: value }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (order === null) return;
    onApply({ ...draft, search: draft.search.trim(), email: draft.email.trim(), order });
  };
  return (
    <form onSubmit={submit} aria-label="Filters" className="og-filters">
      <TextField label="Search" {...bind("search")} />
      <SelectField label="Status" choices={any(STATUSES, fulfillment)} {...bind("status")} />
      <SelectField label="Fulfillment" choices={any(FULFILLMENT, fulfillment)} {...bind("fulfillment")} />
      <SelectField label="Charge" choices={any(CHARGE, payment)} {...bind("charge")} />
      <SelectField label="Channel" choices={choices.channels} {...bind("channel")} />
      <SelectField label="Seller" choices={choices.sellers} {...bind("seller")} />
      <DateField label="From" {...bind("from")} />
      <DateField label="To" {...bind("to")} />
      <TextField label="Customer's email" {...bind("email")} />
      <TextField
        label="Order number"
        inputMode="numeric"
        error={order === null ? "Write a number." : undefined}
        {...bind("order")}
      />
      {filters.customer && (
        <p className="og-line og-quiet">Only one customer&apos;s purchases are shown.</p>
      )}
      <Box display="flex" gap={2} alignItems="start">
        <Button type="submit" variant="primary">
          Apply
        </Button>
        {hasFilters(filters) && (
          <Button variant="secondary" onClick={() => onApply(NO_FILTERS)}>
            Clear
          </Button>
        )}
      </Box>
    </form>
  );
}

/** What the operator has chosen so far. A new address, e.g. one step back, replaces it. */
function useDraft(filters: Filters) {
  const [draft, setDraft] = useState(filters);
  const [applied, setApplied] = useState(filters);
  if (JSON.stringify(applied) !== JSON.stringify(filters)) {
    setApplied(filters);
    setDraft(filters);
  }
  return [draft, setDraft] as const;
}

const ANY: Choice = { value: "", label: "Any" };

function any(names: readonly string[], describe: (name: string) => { label: string }): Choice[] {
  return [ANY, ...names.map((name) => ({ value: name, label: describe(name).label }))];
}

function useChoices() {
  const { data } = useApiQuery(PurchaseFilterChoicesDocument, {});
  const toChoice = ({ id, name }: { id: string; name: string }) => ({ value: id, label: name });
  return {
    channels: [ANY, ...(data?.channels ?? []).map(toChoice)],
    sellers: [ANY, ...(data?.sellers?.edges ?? []).map(({ node }) => toChoice(node))],
  };
}
