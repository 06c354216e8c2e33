/** What members and apps have in common: an account with rights. */
import type { Act } from "../../api/useAct";
import type { SellerRightEnum } from "../../graphql/graphql";
import type { Rights } from "./rights";

/** A member's account, or an app. */
export interface Account {
  id: string;
  name: string;
  /** More about the account, e.g. a person's name; may be empty. */
  detail: string;
  isActive: boolean;
  /** Why the operator cannot name this account; null if nothing is in the way. */
  obstacle: string | null;
}

export interface Entry {
  account: Account;
  rights: Rights;
  since: string;
}

export interface AccountVariables {
  sellerId: string;
  accountId: string;
}

export interface SaveVariables extends AccountVariables {
  rights: SellerRightEnum[];
}

export type SaveAct = Act<unknown, SaveVariables>;
export type RemoveAct = Act<unknown, AccountVariables>;
