; The installer for Windows. build/package.sh makes it: it says what VERSION, PUBLISHER, HOMEPAGE, ROOT, STAGE, OUT and SIGN are.
; It installs for everybody on the computer, and downloads nothing. Removing leaves each person's data where it is.
Unicode true
SetCompressor /SOLID lzma
SetDateSave off
RequestExecutionLevel admin
Name "Countersign"
OutFile "${OUT}"
InstallDir "$PROGRAMFILES64\Countersign"
BrandingText "Countersign ${VERSION}"
ManifestDPIAware true
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "Countersign"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "Countersign installer"
VIAddVersionKey "CompanyName" "Countersign"
VIAddVersionKey "LegalCopyright" "Copyright the Countersign authors. Apache License 2.0."

!include "MUI2.nsh"
!include "WinVer.nsh"
!include "x64.nsh"
!include "FileFunc.nsh"

!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\Countersign"
!define WEBVIEW "Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}"
!define MUI_ICON "${ROOT}/build/windows/icon.ico"
!define MUI_UNICON "${ROOT}/build/windows/icon.ico"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_NOAUTOCLOSE
!insertmacro MUI_PAGE_LICENSE "${ROOT}/LICENSE"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

!ifdef SIGN
  ; The uninstaller is made while the installer is, so it can only be signed from here.
  !uninstfinalize '${SIGN} "%1"' = 0
!endif

; Windows lets no program be replaced that runs.
!macro CloseFirst
  ClearErrors
  ${If} ${FileExists} "$INSTDIR\countersign.exe"
    FileOpen $0 "$INSTDIR\countersign.exe" a
    ${If} ${Errors}
      MessageBox MB_OK|MB_ICONEXCLAMATION "Countersign is open. Close it, then try again." /SD IDOK
      SetErrorLevel 2
      Abort
    ${EndIf}
    FileClose $0
  ${EndIf}
!macroend

Function .onInit
  ${IfNot} ${AtLeastWin10}
  ${OrIfNot} ${IsNativeAMD64}
    MessageBox MB_OK|MB_ICONSTOP "Countersign needs Windows 10 or newer on a 64-bit Intel or AMD processor." /SD IDOK
    SetErrorLevel 2
    Abort
  ${EndIf}
  SetRegView 64
  SetShellVarContext all
  ReadRegStr $0 HKLM "${UNINSTALL}" "InstallLocation"
  ${If} $0 != ""
    StrCpy $INSTDIR $0
  ${EndIf}
FunctionEnd

Function un.onInit
  SetRegView 64
  SetShellVarContext all
FunctionEnd

Section
  !insertmacro CloseFirst
  SetOutPath "$INSTDIR"
  File "${STAGE}/countersign.exe"
  File "${STAGE}/countersignctl.exe"
  File "${STAGE}/LICENSES.txt"
  File "${STAGE}/SECURITY.md"
  File "${STAGE}/CHANGELOG.md"
  File "/oname=LICENSE.txt" "${ROOT}/LICENSE"
  CreateShortCut "$SMPROGRAMS\Countersign.lnk" "$INSTDIR\countersign.exe"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  WriteRegStr HKLM "${UNINSTALL}" "DisplayName" "Countersign"
  WriteRegStr HKLM "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKLM "${UNINSTALL}" "DisplayIcon" "$INSTDIR\countersign.exe"
  WriteRegStr HKLM "${UNINSTALL}" "Publisher" "${PUBLISHER}"
  WriteRegStr HKLM "${UNINSTALL}" "URLInfoAbout" "${HOMEPAGE}"
  WriteRegStr HKLM "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKLM "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKLM "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKLM "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKLM "${UNINSTALL}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKLM "${UNINSTALL}" "EstimatedSize" $0
  ; Windows 11, and Windows 10 with its updates, have WebView2, which draws the window.
  ReadRegStr $0 HKLM "SOFTWARE\WOW6432Node\${WEBVIEW}" "pv"
  ReadRegStr $1 HKCU "Software\${WEBVIEW}" "pv"
  ${If} "$0$1" == ""
    MessageBox MB_OK|MB_ICONINFORMATION "Countersign needs the WebView2 Runtime, which this computer lacks. Get it from Microsoft before you open Countersign." /SD IDOK
  ${EndIf}
SectionEnd

Section "Uninstall"
  !insertmacro CloseFirst
  Delete "$INSTDIR\countersign.exe"
  Delete "$INSTDIR\countersignctl.exe"
  Delete "$INSTDIR\LICENSES.txt"
  Delete "$INSTDIR\LICENSE.txt"
  Delete "$INSTDIR\SECURITY.md"
  Delete "$INSTDIR\CHANGELOG.md"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\Countersign.lnk"
  DeleteRegKey HKLM "${UNINSTALL}"
SectionEnd
