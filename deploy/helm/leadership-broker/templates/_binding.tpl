{{/* binding (dict "scope" . "kind" "Role" "name" NAME): the Role's or ClusterRole's binding to the pods' ServiceAccount. */}}
{{- define "leadership-broker.binding" -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ .kind }}Binding
metadata:
  name: {{ .name }}
  {{- if eq .kind "Role" }}
  namespace: {{ .scope.Release.Namespace }}
  {{- end }}
  labels: {{- include "leadership-broker.labels" .scope | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ .kind }}
  name: {{ .name }}
subjects:
  - kind: ServiceAccount
    name: {{ include "leadership-broker.serviceAccountName" .scope }}
    namespace: {{ .scope.Release.Namespace }}
{{- end }}
