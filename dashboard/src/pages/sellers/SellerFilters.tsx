import { Button } from "@saleor/macaw-ui";
import { useState, type FormEvent } from "react";

import { SelectField, TextField } from "../../ui/fields";
import type { ListState } from "./listState";

interface SellerFiltersProps {
  state: ListState;
  onChange: (part: Partial<ListState>) => void;
}

const STATUSES = [
  { value: "", label: "All" },
  { value: "true", label: "Active" },
  { value: "false", label: "Inactive" },
];

const ORDERS = [
  { value: "NAME ASC", label: "Name, A to Z" },
  { value: "NAME DESC", label: "Name, Z to A" },
  { value: "CREATED_AT DESC", label: "Newest first" },
  { value: "CREATED_AT ASC", label: "Oldest first" },
];

export function SellerFilters({ state, onChange }: SellerFiltersProps) {
  const [search, setSearch] = useState(state.search);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChange({ search: search.trim() });
  };
  const sort = (value: string) => {
    const [field, direction] = value.split(" ") as [ListState["field"], ListState["direction"]];
    onChange({ field, direction });
  };
  return (
    <form className="og-search" role="search" aria-label="Sellers" onSubmit={submit}>
      <TextField
       
        label="Name, slug or external reference"
        value={search}
        onChange={setSearch}
      />
      <Button type="submit" variant="secondary">
        Search
      </Button>
      <SelectField
        label="Status"
        value={state.active}
        choices={STATUSES}
        onChange={(active) => onChange({ active: active as ListState["active"] })}
      />
      <SelectField
        label="Sort by"
        value={`${state.field} ${state.direction}`}
        choices={ORDERS}
        onChange={sort}
      />
    </form>
  );
}
