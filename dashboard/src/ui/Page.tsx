import { Box, Text } from "@saleor/macaw-ui";
import { useEffect, useId, type ReactNode } from "react";

import { useWidgetSize } from "../host/useWidgetSize";

interface PageProps {
  title: ReactNode;
  /** What the browser's tab and screen readers call the page. */
  name: string;
  /** A link to the page above. */
  above?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A page that fills the Dashboard's content area. */
export function Page({ title, name, above, actions, children }: PageProps) {
  useEffect(() => {
    document.title = name;
  }, [name]);
  return (
    <div className="og-page">
      {above && <p className="og-above">{above}</p>}
      <Box
        as="header"
        display="flex"
        flexWrap="wrap"
        gap={3}
        alignItems="center"
        justifyContent="space-between"
        marginBottom={6}
      >
        <Text as="h1" size={6} fontWeight="bold">
          {title}
        </Text>
        <Box display="flex" flexWrap="wrap" gap={2}>
          {actions}
        </Box>
      </Box>
      {children}
    </div>
  );
}

/** A frame beside the Dashboard's own content, as high as its content. */
export function Widget({ name, children }: { name: string; children: ReactNode }) {
  const root = useWidgetSize<HTMLElement>();
  useEffect(() => {
    document.title = name;
  }, [name]);
  return (
    <section className="og-widget" aria-label={name} ref={root}>
      {children}
    </section>
  );
}

interface SectionProps {
  title: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function Section({ title, actions, children }: SectionProps) {
  const id = useId();
  return (
    <section className="og-card" aria-labelledby={id}>
      <Box display="flex" justifyContent="space-between" alignItems="center" marginBottom={4} gap={2}>
        <Text as="h2" id={id} size={5} fontWeight="bold">
          {title}
        </Text>
        {actions}
      </Box>
      {children}
    </section>
  );
}
