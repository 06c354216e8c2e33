import { Button } from "@saleor/macaw-ui";
import { useState } from "react";

import { useApiQuery } from "../../api/hooks";
import { useAct } from "../../api/useAct";
import {
  FindCustomersDocument,
  FindStaffDocument,
  RemoveMemberDocument,
  SaveMemberDocument,
  SellerMembersDocument,
  type FindCustomersQuery,
} from "../../graphql/graphql";
import { useHostState, usePermission } from "../../host/HostContext";
import { Section } from "../../ui/Page";
import { EmptyState, Loading, ProblemState } from "../../ui/states";
import type { Account } from "./access";
import { AccessList } from "./AccessList";
import { AddAccess, type Candidates } from "./AddAccess";

type User = NonNullable<FindCustomersQuery["customers"]>["edges"][number]["node"];

/** The accounts that work on the seller's orders. */
export function MembersSection({ seller }: { seller: { id: string; name: string } }) {
  const [isAdding, setAdding] = useState(false);
  const { permissions } = useHostState();
  const query = useApiQuery(SellerMembersDocument, { id: seller.id });
  const save = useAct(SaveMemberDocument);
  const remove = useAct(RemoveMemberDocument);
  const problem = query.problem ?? query.gaps[0];
  const members = query.data?.seller?.members;
  const close = () => {
    save.forget();
    setAdding(false);
  };
  return (
    <Section
      title="Members"
      actions={
        members && (
          <Button variant="secondary" onClick={() => setAdding(true)}>
            Add member
          </Button>
        )
      }
    >
      {problem && <ProblemState problem={problem} onRetry={query.reload} />}
      {!problem && !members && <Loading label="Loading members" />}
      {members?.length === 0 && (
        <EmptyState title="No members">
          Members read the seller&apos;s orders and work on them, without a staff account.
        </EmptyState>
      )}
      {members && members.length > 0 && (
        <AccessList
          name="Members of the seller"
          seller={seller}
          entries={members.map(({ user, rights, createdAt }) => ({
            account: toAccount(user, permissions),
            rights,
            since: createdAt,
          }))}
          save={save}
          remove={remove}
          onDone={query.reload}
        />
      )}
      {isAdding && (
        <AddAccess
          title={`Add a member to ${seller.name}`}
          action="Add member"
          searchLabel="Name or email address"
          sellerId={seller.id}
          save={save}
          useCandidates={useUsers}
          onDone={() => {
            close();
            query.reload();
          }}
          onClose={close}
        />
      )}
    </Section>
  );
}

/** Customers who match; staff too, for those who manage staff. */
function useUsers(search: string): Candidates {
  const { permissions } = useHostState();
  const mayManageStaff = usePermission("MANAGE_STAFF");
  const customers = useApiQuery(FindCustomersDocument, { search });
  const staff = useApiQuery(FindStaffDocument, { search }, !mayManageStaff);
  const users = new Map<string, User>();
  for (const connection of [customers.data?.customers, staff.data?.staffUsers]) {
    connection?.edges.forEach(({ node }) => users.set(node.id, node));
  }
  const isReady = customers.data !== undefined && (staff.data !== undefined || !mayManageStaff);
  const accounts = [...users.values()].map((user) => toAccount(user, permissions));
  return {
    accounts: isReady ? accounts : undefined,
    problem: customers.problem ?? staff.problem,
    reload: () => {
      customers.reload();
      if (mayManageStaff) staff.reload();
    },
  };
}

function toAccount(user: User, permissions: readonly string[]): Account {
  const needed = user.isStaff ? "MANAGE_STAFF" : "MANAGE_USERS";
  const obstacle = permissions.includes(needed)
    ? null
    : `${user.isStaff ? "Staff: you" : "You"} need the permission ${needed}.`;
  return {
    id: user.id,
    name: user.email,
    detail: `${user.firstName} ${user.lastName}`.trim(),
    isActive: user.isActive,
    obstacle,
  };
}
