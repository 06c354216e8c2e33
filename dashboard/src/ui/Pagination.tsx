import { Box, Button, Text } from "@saleor/macaw-ui";

interface PaginationProps {
  hasPrevious: boolean;
  hasNext: boolean;
  onPrevious: () => void;
  onNext: () => void;
  /** How many there are in all, in words. */
  summary?: string | undefined;
}

export function Pagination(props: PaginationProps) {
  return (
    <Box
      as="nav"
      aria-label="Pages"
      display="flex"
      alignItems="center"
      justifyContent="space-between"
      marginTop={4}
    >
      <Text size={3} className="og-quiet">
        {props.summary}
      </Text>
      <Box display="flex" gap={2}>
        <Button variant="secondary" disabled={!props.hasPrevious} onClick={props.onPrevious}>
          Previous
        </Button>
        <Button variant="secondary" disabled={!props.hasNext} onClick={props.onNext}>
          Next
        </Button>
      </Box>
    </Box>
  );
}
