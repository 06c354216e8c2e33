import { Box, Button, Skeleton, Text } from "@saleor/macaw-ui";
import type { ReactNode } from "react";

import type { Problem } from "../api/problems";

/** Gray bars in place of what is on its way. */
export function Loading({ lines = 4, label = "Loading" }: { lines?: number; label?: string }) {
  return (
    <Box role="status" aria-label={label} display="flex" flexDirection="column" gap={3}>
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} __width={line % 2 ? "70%" : "100%"} />
      ))}
    </Box>
  );
}

interface StateProps {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

export function EmptyState({ title, children, action }: StateProps) {
  return (
    <Message title={title} action={action}>
      {children}
    </Message>
  );
}

interface NoPermissionProps {
  permissions: readonly string[];
  /** Whether all of them are needed, or one. */
  areAllNeeded?: boolean;
}

/** The token has what both the account and the app may do. */
export function NoPermission({ permissions, areAllNeeded = false }: NoPermissionProps) {
  const names = permissions.join(areAllNeeded ? " and " : " or ");
  return (
    <Message title="You may not see this">
      {names
        ? `Your account needs the permission ${names}. Ask an administrator of the shop: your account lacks it, or this app does.`
        : "Your account lacks a permission. Ask an administrator of the shop for it."}
    </Message>
  );
}

interface ErrorStateProps extends StateProps {
  onRetry?: () => void;
}

export function ErrorState({ title, children, onRetry }: ErrorStateProps) {
  const retry = onRetry && (
    <Button variant="secondary" onClick={onRetry}>
      Try again
    </Button>
  );
  return (
    <Box role="alert">
      <Message title={title} action={retry}>
        {children}
      </Message>
    </Box>
  );
}

/** What happened to a query, and what the operator can do about it. */
export function ProblemState({ problem, onRetry }: { problem: Problem; onRetry: () => void }) {
  switch (problem.kind) {
    case "permission":
      return (
        <NoPermission
          permissions={problem.permissions}
          areAllNeeded={problem.message.includes("all of the following permissions")}
        />
      );
    case "expired":
      return (
        <ErrorState title="Your session in the Dashboard has ended" onRetry={onRetry}>
          Reload the Dashboard and log in again if it asks you to.
        </ErrorState>
      );
    case "schema":
      return (
        <ErrorState title="The plugin and these pages are of different versions" onRetry={onRetry}>
          Restart Saleor&apos;s server processes and run install_dashboard_app again. The API says:{" "}
          {problem.message}
        </ErrorState>
      );
    case "network":
      return (
        <ErrorState title="The shop does not answer" onRetry={onRetry}>
          Check your connection, then try again.
        </ErrorState>
      );
    case "other":
      return (
        <ErrorState title="The shop answered with an error" onRetry={onRetry}>
          {problem.message}
        </ErrorState>
      );
  }
}

function Message({ title, children, action }: StateProps) {
  return (
    <Box display="flex" flexDirection="column" alignItems="start" gap={2} paddingY={4}>
      <Text as="h2" size={5} fontWeight="bold">
        {title}
      </Text>
      {children && (
        <Text as="p" size={4} className="og-quiet">
          {children}
        </Text>
      )}
      {action}
    </Box>
  );
}
