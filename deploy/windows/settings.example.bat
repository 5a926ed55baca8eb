@echo off
rem Copy to settings.bat and change. Plain http inside an isolated network:
set CRM_PUBLIC_URL=http://10.0.0.5:8000
set CRM_ALLOW_HTTP=1
rem Mail is optional:
rem set CRM_SMTP_URL=smtps://name:password@smtp.example.gov.cn:465
rem set CRM_MAIL_FROM=qiye@example.gov.cn
