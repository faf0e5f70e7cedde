@echo off
rem adm4j's command line on Windows, in the source tree and in the distribution archive. In the source tree it builds on
rem first use (Maven and a JDK of 17 or newer are needed); after changes run mvn -DskipTests package.
rem JAVA_HOME chooses the JDK, JAVA_OPTS adds options, ADM4J_NATIVE names a folder with another build of ONNX Runtime,
rem ADM4J_HOME the folder for what is fetched.
setlocal
for %%d in ("%~dp0..") do set "root=%%~fd"

set "java=java"
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java"
where /q "%java%.exe" 2>nul || if not exist "%java%.exe" goto nojava

if exist "%root%\lib\" goto archive
for %%d in ("%root%\..") do set "home=%%~fd"
if exist "%root%\target\lib\" if exist "%home%\function\target\quarkus-app\quarkus-run.jar" goto built
where /q mvn || goto nomaven
echo Building adm4j (first use) ... 1>&2
pushd "%home%"
call mvn -q -B -DskipTests package 1>&2
if errorlevel 1 goto failed
popd
:built
for %%j in ("%root%\target\adm4j-harness-*.jar") do set "classes=%%~fj;%root%\target\lib\*"
set "natives=%root%\target\native\org\bytedeco\onnxruntime"
set "function=%home%\function\target\quarkus-app\quarkus-run.jar"
set "bundle=%root%\bundles\fashion-mnist-32"
set "spark=%home%\infra\spark\target"
goto options

:archive
set "classes=%root%\lib\*"
set "natives=%root%\native"
set "function=%root%\function\quarkus-run.jar"
set "bundle=%root%\function\bundle"
set "spark=%root%\spark"

:options
rem ONNX Runtime with training, where there is a build for this machine; elsewhere the stock one, which does all else.
set "native="
set "training=%natives%\windows-x86_64\onnxruntime.dll"
if /i "%PROCESSOR_ARCHITECTURE%"=="AMD64" if exist "%training%" set native="-Donnxruntime.native.onnxruntime.path=%training%"
if defined ADM4J_NATIVE set native="-Donnxruntime.native.path=%ADM4J_NATIVE%"

rem JDK 24 and later warn about native code and Unsafe unless told that they are wanted.
set "version=17"
if defined JAVA_HOME if exist "%JAVA_HOME%\release" for /f "usebackq tokens=1,2 delims==" %%a in ("%JAVA_HOME%\release") do if "%%a"=="JAVA_VERSION" set "version=%%~b"
for /f "delims=.-+" %%v in ("%version%") do set "version=%%v"
set "access="
if %version% geq 24 set "access=--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"

rem What takes memory is outside the heap or stays in it: room for much garbage would come on top of that.
set "memory=-XX:+UseParallelGC -XX:MaxNewSize=128m"
if defined JAVA_OPTS if not "%JAVA_OPTS:GC=%"=="%JAVA_OPTS%" set "memory="

"%java%" %memory% "-Dadm4j.embedded=%bundle%" "-Dadm4j.function=%function%" "-Dadm4j.spark=%spark%" %native% %access% %JAVA_OPTS% -cp "%classes%" io.adm4j.harness.cli.Harness %*
exit /b %errorlevel%

:nojava
echo No java: install a JDK of 17 or newer, or set JAVA_HOME. 1>&2
exit /b 1
:nomaven
echo No mvn: install Apache Maven; it builds adm4j on first use. 1>&2
exit /b 1
:failed
popd
exit /b 1
