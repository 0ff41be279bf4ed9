{{/*
For your own templates, each called with this chart's scope:

  {{- $broker := index .Subcharts "leadership-broker" }}
  {{- include "leadership-broker.sidecar" $broker | nindent 8 }}

All are written so that a value switches the variant: include both sidecar and plainContainer, and the one that is not wanted is empty.
*/}}

{{/* The pods' ServiceAccount. */}}
{{- define "leadership-broker.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (printf "%s-leadership-broker" (.Release.Name | trunc 40 | trimSuffix "-")) -}}
{{- end }}

{{/* Every candidate carries this: a new broker looks for pods that may still act as leader by it. */}}
{{- define "leadership-broker.podLabels" -}}
leadership-broker/lock: {{ first .Values.locks | quote }}
{{- end }}

{{/* Where there are several locks: all of them. */}}
{{- define "leadership-broker.podAnnotations" -}}
{{- if gt (len .Values.locks) 1 -}}
leadership-broker/locks: {{ join "," .Values.locks | quote }}
{{- end -}}
{{- end }}

{{/* For the pod's securityContext. The socket is its group's (mode 0660), and the group the broker's. */}}
{{- define "leadership-broker.podSecurityContext" -}}
{{- if and .Values.unixSocket .Values.securityContext.runAsGroup -}}
supplementalGroups: [{{ .Values.securityContext.runAsGroup }}]
{{- end -}}
{{- end }}

{{/* The first of initContainers. */}}
{{- define "leadership-broker.sidecar" -}}
{{- if not .Values.plainContainer }}
{{- include "leadership-broker.container" . }}
  # A native sidecar (Kubernetes 1.29): up before the app starts, down after it has ended.
  restartPolicy: Always
{{- end }}
{{- end }}

{{/* One of containers; not of a Job, which would never complete. */}}
{{- define "leadership-broker.plainContainer" -}}
{{- if .Values.plainContainer }}
{{- include "leadership-broker.container" . }}
{{- end }}
{{- end }}

{{/* For the app's env. */}}
{{- define "leadership-broker.appEnv" -}}
# With it in every request the app never takes another pod's broker for its own.
- name: POD_UID
  valueFrom:
    fieldRef:
      fieldPath: metadata.uid
{{- if .Values.unixSocket }}
- name: LEADERSHIP_BROKER_ADDRESS
  value: {{ include "leadership-broker.socket" . }}
{{- end }}
{{- end }}

{{/* For the app's volumeMounts. */}}
{{- define "leadership-broker.appVolumeMounts" -}}
{{- if .Values.unixSocket -}}
- name: leadership-broker-socket
  mountPath: /run/leadership-broker
{{- end -}}
{{- end }}

{{/* For the pod's volumes. */}}
{{- define "leadership-broker.volumes" -}}
# What the kubelet mounts of itself, for the broker alone.
- name: leadership-broker-token
  projected:
    sources:
      - serviceAccountToken:
          path: token
          expirationSeconds: 3607
      - configMap:
          name: kube-root-ca.crt
          items:
            - key: ca.crt
              path: ca.crt
      - downwardAPI:
          items:
            - path: namespace
              fieldRef:
                fieldPath: metadata.namespace
{{- if .Values.unixSocket }}
- name: leadership-broker-socket
  emptyDir: {}
{{- end }}
{{- end }}
