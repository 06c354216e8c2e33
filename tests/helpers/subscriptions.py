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
