"""Words of the Grove API, exactly as its operator writes them."""

from typing import Final

GROUP: Final = "grove.io"
SCHEDULER_GROUP: Final = "scheduler.grove.io"
VERSION: Final = "v1alpha1"

# Labels
LABEL_NAME: Final = "app.kubernetes.io/name"
LABEL_MANAGED_BY: Final = "app.kubernetes.io/managed-by"
LABEL_PART_OF: Final = "app.kubernetes.io/part-of"
LABEL_COMPONENT: Final = "app.kubernetes.io/component"
LABEL_PODCLIQUE: Final = "grove.io/podclique"
LABEL_PODGANG: Final = "grove.io/podgang"
LABEL_BASE_PODGANG: Final = "grove.io/base-podgang"
LABEL_PCS_REPLICA_INDEX: Final = "grove.io/podcliqueset-replica-index"
LABEL_PCSG: Final = "grove.io/podcliquescalinggroup"
LABEL_PCSG_REPLICA_INDEX: Final = "grove.io/podcliquescalinggroup-replica-index"
LABEL_POD_INDEX: Final = "grove.io/podclique-pod-index"
LABEL_POD_TEMPLATE_HASH: Final = "grove.io/pod-template-hash"
LABEL_SCHEDULER_NAME: Final = "grove.io/scheduler-name"
MANAGED_BY: Final = "grove-operator"

# Components (values of LABEL_COMPONENT)
COMPONENT_PCLQ: Final = "pcs-podclique"
COMPONENT_PCSG_PCLQ: Final = "pcsg-podclique"
COMPONENT_PCSG: Final = "pcs-podcliquescalinggroup"
COMPONENT_PODGANG: Final = "podgang"
COMPONENT_SERVICE: Final = "pcs-headless-service"
COMPONENT_HPA: Final = "pcs-hpa"
COMPONENT_SERVICE_ACCOUNT: Final = "pod-service-account"
COMPONENT_ROLE: Final = "pod-role"
COMPONENT_ROLE_BINDING: Final = "pod-role-binding"
COMPONENT_SECRET: Final = "pod-sa-token-secret"

# Annotations
ANNOTATION_RECONCILE_TRIGGER: Final = "grove.io/reconcile-trigger"
ANNOTATION_TOPOLOGY_NAME: Final = "grove.io/topology-name"
ANNOTATION_MNNVL_GROUP: Final = "grove.io/mnnvl-group"
ANNOTATION_DISABLE_PROTECTION: Final = "grove.io/disable-managed-resource-protection"
ANNOTATION_DOMAIN: Final = "grove.io/"
"""Keys below it are Grove's own and are not copied from a PodCliqueSet to its PodGangs."""

SCHEDULING_GATE: Final = "grove.io/podgang-pending-creation"
INIT_CONTAINER: Final = "grove-initc"

DEFAULT_SCHEDULER: Final = "default-scheduler"

# Conditions of a PodClique
CONDITION_SCHEDULED: Final = "PodCliqueScheduled"
REASON_SUFFICIENT_SCHEDULED: Final = "SufficientScheduledPods"
REASON_INSUFFICIENT_SCHEDULED: Final = "InsufficientScheduledPods"
CONDITION_BREACHED: Final = "MinAvailableBreached"
REASON_UPDATE_IN_PROGRESS: Final = "UpdateInProgress"
REASON_SCHEDULED_BELOW_MIN: Final = "ScheduledReplicasBelowMinAvailable"
REASON_INSUFFICIENT_READY: Final = "InsufficientReadyPods"
REASON_SUFFICIENT_READY: Final = "SufficientReadyPods"

# Conditions of a PodCliqueScalingGroup (besides MinAvailableBreached)
REASON_PCSG_INSUFFICIENT: Final = "InsufficientAvailablePodCliqueScalingGroupReplicas"
REASON_PCSG_SUFFICIENT: Final = "SufficientAvailablePodCliqueScalingGroupReplicas"
CONDITION_GANG_TERMINATION: Final = "GangTerminationInProgress"
REASON_GANG_TERMINATION_ACTIVE: Final = "GangTerminationActive"

# Conditions of a PodGang
CONDITION_INITIALIZED: Final = "Initialized"
REASON_PODS_PENDING: Final = "PodGangPodsCreationPending"
REASON_PODS_CREATED: Final = "PodGangPodsCreated"
PODGANG_PHASE_PENDING: Final = "Pending"

# Start-up types
STARTUP_ANY_ORDER: Final = "CliqueStartupTypeAnyOrder"
STARTUP_IN_ORDER: Final = "CliqueStartupTypeInOrder"
STARTUP_EXPLICIT: Final = "CliqueStartupTypeExplicit"

# Update strategies
UPDATE_ROLLING_RECREATE: Final = "RollingRecreate"
UPDATE_ON_DELETE: Final = "OnDelete"

# Environment of every container
ENV_PCS_NAME: Final = "GROVE_PCS_NAME"
ENV_PCS_INDEX: Final = "GROVE_PCS_INDEX"
ENV_PCLQ_NAME: Final = "GROVE_PCLQ_NAME"
ENV_HEADLESS_SERVICE: Final = "GROVE_HEADLESS_SERVICE"
ENV_PCLQ_POD_INDEX: Final = "GROVE_PCLQ_POD_INDEX"
ENV_PCSG_NAME: Final = "GROVE_PCSG_NAME"
ENV_PCSG_INDEX: Final = "GROVE_PCSG_INDEX"
ENV_PCSG_TEMPLATE_NUM_PODS: Final = "GROVE_PCSG_TEMPLATE_NUM_PODS"

DEFAULT_TERMINATION_DELAY: Final = "4h"
INITIAL_SCHEDULE_GRACE_SECONDS: Final = 5
"""How long after its creation a clique's first conditions say nothing about its past."""
MAX_COMBINED_NAME_LENGTH: Final = 45
UPSTREAM_OPERATOR_LEASE: Final = "grove-operator-leader-election"
OWN_LEASE: Final = "grove-tui-reconciler"

# Event reasons
EVENT_POD_CREATED: Final = "PodCreateSuccessful"
EVENT_POD_DELETED: Final = "PodDeleteSuccessful"
EVENT_POD_CREATE_FAILED: Final = "PodCreateFailed"
EVENT_POD_DELETE_FAILED: Final = "PodDeleteFailed"
EVENT_ALL_SCHEDULED_LOST: Final = "AllScheduledReplicasLost"
EVENT_PCS_REPLICA_DELETED: Final = "PodCliqueSetReplicaDeleteSuccessful"
