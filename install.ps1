<#
.SYNOPSIS
Installs thothctl into a folder of its own, then runs `thothctl setup` with every other word.
.DESCRIPTION
.\install.ps1 [-Yes] [-NoEngine] [-NoSetup] [--option ...]
  -Yes       Setup takes its defaults.
  -NoEngine  Do not look for Docker.
  -NoSetup   Install thothctl and stop.
#>
[CmdletBinding(PositionalBinding = $false)]
param(
    [switch]$Yes, [switch]$NoEngine, [switch]$NoSetup, [switch]$Help,
    [Parameter(ValueFromRemainingArguments = $true)][string[]]$Rest = @()
)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

function Write-Line([string]$Text) { [Console]::Error.WriteLine($Text) }
function Stop-Install([int]$Code, [string]$What, [string]$Hint) {
    Write-Line "error: $What`nhint: $Hint"
    exit $Code
}
function Test-Program([string]$Program, [string[]]$Words) {
    if (-not (Get-Command $Program -ErrorAction Ignore)) { return $false }
    $ErrorActionPreference = 'Continue'  # Windows PowerShell takes a line on stderr for an error
    & $Program @Words 2>&1 | Out-Null
    return ($LASTEXITCODE -eq 0)
}
function Invoke-Logged([int]$Code, [string]$What, [string]$Program, [string[]]$Words) {
    $ErrorActionPreference = 'Continue'
    $log = & $Program @Words 2>&1 | ForEach-Object { "        $_" }
    if ($LASTEXITCODE -eq 0) { return }
    $log | Select-Object -Last 15 | ForEach-Object { Write-Line $_ }
    Stop-Install $Code "$What failed" 'see the lines above; then run this again'
}
function Find-Python {
    $check = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'
    if (Test-Program 'py' @('-3', '-c', $check)) { return (& py -3 -c 'import sys; print(sys.executable)') }
    if (Test-Program 'python' @('-c', $check)) { return (Get-Command python).Source }
    Stop-Install 3 'Python 3.11 or newer is not here' 'run: winget install Python.Python.3.12'
}
function Get-SourcesHash {
    $found = 'pyproject.toml', 'src', 'templates', 'images' | ForEach-Object { Get-ChildItem "$PSScriptRoot\$_" -Recurse -File }
    $own = $found | Where-Object { $_.FullName.Substring($PSScriptRoot.Length) -notmatch '\\(\.|__pycache__)' }
    $text = ($own | Sort-Object FullName | Get-FileHash | ForEach-Object { $_.Path + $_.Hash }) -join ''
    $stream = New-Object IO.MemoryStream (, [Text.Encoding]::UTF8.GetBytes($text))
    return (Get-FileHash -InputStream $stream).Hash.Substring(0, 12).ToLower()
}
function Install-Thothctl([string]$Python, [string]$Folder, [string]$Name) {
    $venv = Join-Path $Folder $Name
    Write-Line '  ...   install thothctl'
    if (Test-Path $venv) { Remove-Item $venv -Recurse -Force }
    New-Item "$Folder\bin" -ItemType Directory -Force | Out-Null
    Invoke-Logged 3 'making a virtual environment' $Python @('-m', 'venv', $venv)
    Invoke-Logged 15 'installing thothctl and its libraries' "$venv\Scripts\python.exe" @('-m', 'pip', 'install', $PSScriptRoot)
    Invoke-Logged 3 'starting thothctl' "$venv\Scripts\thothctl.exe" @('--version')
    Set-Content "$Folder\bin\thothctl.new" "@`"%~dp0..\$Name\Scripts\thothctl.exe`" %*" -Encoding Ascii
    Move-Item "$Folder\bin\thothctl.new" "$Folder\bin\thothctl.cmd" -Force
    Get-ChildItem $Folder -Directory -Filter 'venv-*' | Where-Object Name -NE $Name | Remove-Item -Recurse -Force -ErrorAction Continue
}

if ($Help) { Get-Help $PSCommandPath; exit 0 }
if ($NoSetup -and $Rest) { Stop-Install 2 "-NoSetup leaves nobody to take $Rest" 'leave out one of them' }
if (-not (Test-Path "$PSScriptRoot\pyproject.toml")) { Stop-Install 2 'the sources are not beside this script' 'run it in a clone' }
$python = Find-Python
Write-Line "  ok    $(& $python --version) ($python)"
if (-not $NoEngine -and -not (Test-Program 'docker' @('version'))) {
    Stop-Install 6 'no Docker engine answers' 'start Docker Desktop, or install it: https://docs.docker.com/desktop/setup/install/windows-install/'
}
$folder = Join-Path $env:LOCALAPPDATA 'thothctl'
$name = "venv-$(Get-SourcesHash)"
$program = "$folder\bin\thothctl.cmd"
$current = (Test-Path $program) -and (Get-Content $program -Raw).Contains("\$name\") -and (Test-Program $program @('--version'))
if (-not $current) { Install-Thothctl $python $folder $name }
Write-Line "  ok    $(& $program --version) ($program)"
if ($env:PATH -notlike "*$folder\bin*") { Write-Line "hint: for this shell: `$env:PATH = `"$folder\bin;`$env:PATH`"" }
if ($NoSetup) { exit 0 }
if ($Yes) { $Rest += '--yes' }
& "$folder\$name\Scripts\thothctl.exe" setup @Rest
exit $LASTEXITCODE
