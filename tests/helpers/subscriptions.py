EVENT_SUBSCRIPTION = """
    subscription {
        event {
            version
            recipient { name }
            ... on OrderGroupCreated {
                orderGroup {
                    id
                    number
                    channel { slug }
                    sellerCount
                    orders { id }
                }
            }
        }
    }
"""

ROOT_SUBSCRIPTION = """
    subscription {
        orderGroupCreated {
            version
            recipient { name }
            orderGroup {
                id
                number
                channel { slug }
                sellerCount
                orders { id }
            }
        }
    }
"""

CHANNELS_SUBSCRIPTION = """
    subscription {
        orderGroupCreated(channels: ["%s"]) {
            orderGroup { id }
        }
    }
"""

WEBHOOK_CREATE_MUTATION = """
    mutation WebhookCreate($input: WebhookCreateInput!) {
        webhookCreate(input: $input) {
            webhook {
                id
                asyncEvents { eventType name }
            }
            errors { field message code }
        }
    }
"""

DRY_RUN_MUTATION = """
    mutation DryRun($query: String!, $objectId: ID!) {
        webhookDryRun(query: $query, objectId: $objectId) {
            payload
            errors { field message code }
        }
    }
"""
TRIGGER_MUTATION = """
    mutation Trigger($webhookId: ID!, $objectId: ID!) {
        webhookTrigger(webhookId: $webhookId, objectId: $objectId) {
            delivery { eventType status }
            errors { field message code }
        }
    }
"""
SAMPLE_QUERY = """
    query Sample($eventType: WebhookSampleEventTypeEnum!) {
        webhookSamplePayload(eventType: $eventType)
    }
"""
