{{/* What sidecar and plainContainer have in common; deploy/kustomize has the same, and a test compares them. */}}
{{- define "leadership-broker.container" -}}
{{- if and .Values.takeOverAfter.enabled (hasKey .Values.flags "unverified-limit") }}
{{- fail "flags.unverified-limit: with takeOverAfter.enabled set takeOverAfter.unverifiedLimit instead" }}
{{- end -}}
- name: leadership-broker
  image: {{ include "leadership-broker.image" . | quote }}
  {{- with .Values.image.pullPolicy }}
  imagePullPolicy: {{ . }}
  {{- end }}
  env:
    - name: POD_NAME
      valueFrom:
        fieldRef:
          fieldPath: metadata.name
    - name: POD_UID
      valueFrom:
        fieldRef:
          fieldPath: metadata.uid
    - name: LEADERSHIP_BROKER_LOCK
      valueFrom:
        fieldRef:
          {{- if gt (len .Values.locks) 1 }}
          fieldPath: metadata.annotations['leadership-broker/locks']
          {{- else }}
          fieldPath: metadata.labels['leadership-broker/lock']
          {{- end }}
    - name: LEADERSHIP_BROKER_ELECTION
      value: required
    {{- if .Values.unixSocket }}
    - name: LEADERSHIP_BROKER_LISTEN
      value: {{ include "leadership-broker.socket" . }}
    # For leaderctl, by kubectl exec.
    - name: LEADERSHIP_BROKER_ADDRESS
      value: {{ include "leadership-broker.socket" . }}
    {{- end }}
    {{- if .Values.takeOverAfter.enabled }}
    - name: LEADERSHIP_BROKER_UNREACHABLE_LEADER
      value: take-over-after={{ .Values.takeOverAfter.duration }}
    - name: LEADERSHIP_BROKER_UNVERIFIED_LIMIT
      value: {{ .Values.takeOverAfter.unverifiedLimit }}
    {{- end }}
    {{- if .Values.stepDown }}
    - name: LEADERSHIP_BROKER_ALLOW_STEP_DOWN
      value: "true"
    {{- end }}
    {{- if .Values.onRequest }}
    - name: LEADERSHIP_BROKER_CAMPAIGN
      value: on-request
    {{- end }}
    {{- if not .Values.events }}
    - name: LEADERSHIP_BROKER_EVENTS
      value: "false"
    {{- end }}
    {{- with .Values.leaderLabel }}
    - name: LEADERSHIP_BROKER_LEADER_LABEL
      value: {{ . | quote }}
    {{- end }}
    {{- range $flag, $value := .Values.flags }}
    - name: LEADERSHIP_BROKER_{{ $flag | upper | replace "-" "_" }}
      value: {{ $value | quote }}
    {{- end }}
  ports:
    - name: broker-http
      containerPort: 8643
  # Neither probe depends on leadership or on the API server.
  startupProbe:
    httpGet:
      path: /readyz
      port: broker-http
    periodSeconds: 1
    failureThreshold: 60
  livenessProbe:
    httpGet:
      path: /livez
      port: broker-http
    periodSeconds: 10
    failureThreshold: 3
  resources: {{- toYaml .Values.resources | nindent 4 }}
  securityContext: {{- toYaml .Values.securityContext | nindent 4 }}
  # Why it refused to start, for kubectl describe.
  terminationMessagePolicy: FallbackToLogsOnError
  volumeMounts:
    - name: leadership-broker-token
      mountPath: /var/run/secrets/kubernetes.io/serviceaccount
      readOnly: true
    {{- if .Values.unixSocket }}
    - name: leadership-broker-socket
      mountPath: /run/leadership-broker
    {{- end }}
{{- end }}

{{- define "leadership-broker.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end }}

{{- define "leadership-broker.socket" -}}
unix:/run/leadership-broker/socket
{{- end }}

{{/* On this chart's own objects. */}}
{{- define "leadership-broker.labels" -}}
app.kubernetes.io/name: leadership-broker
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version | replace "+" "_" }}
{{- end }}
