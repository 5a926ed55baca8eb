@echo off
rem Pages and scheduler in one window or one service; settings stand in settings.bat beside this file.
chcp 65001 >nul
cd /d "%~dp0..\.."
set PYTHONUTF8=1
set CRM_ENV=production
if exist "%~dp0settings.bat" call "%~dp0settings.bat"
if not exist instance mkdir instance
.venv\Scripts\python.exe -m flask --app wsgi init-db >> instance\serve.log 2>&1 || exit /b 1
.venv\Scripts\python.exe -m crm.ops.serve --host 0.0.0.0 --port 8000 >> instance\serve.log 2>&1
