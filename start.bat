@echo off
rem Double-click: prepares everything and opens the demo on http://127.0.0.1:8000
rem In a terminal: start.bat test, start.bat check, start.bat help
chcp 65001 >nul
cd /d "%~dp0"
set TASK=%*
if "%TASK%"=="" set TASK=run
set PYTHONUTF8=1
set PY=python
where py >nul 2>nul && set PY=py -3
%PY% tasks.py %TASK%
if errorlevel 1 pause
